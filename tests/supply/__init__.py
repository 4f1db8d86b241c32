"""What the project is made of: pinned with hashes, listed in an SBOM, and checked for known advisories."""
