"""What runs on a device: it measures, keeps on disk, sends, and does what its owner permits."""

VERSION = "0.1.0"
