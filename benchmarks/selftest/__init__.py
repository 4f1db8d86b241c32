"""The instrument tried on what is known beforehand, before anybody believes it about what is not."""
