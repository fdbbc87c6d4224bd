"""What the server may ask of this device, within what the device's owner permits."""
