"""Reports: what is known of a device, a site or everything in a period, written down."""
