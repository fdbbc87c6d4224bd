"""Days of readings that are older than the retention: files under the data folder."""
