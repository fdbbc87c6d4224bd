"""Sites, device types and their metrics, devices, enrolment, connectivity, commands, the wire."""
