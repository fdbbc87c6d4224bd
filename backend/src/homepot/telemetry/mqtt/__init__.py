"""MQTT: messages of devices in, on the one road."""
