"""Configuration as code: what `.patchforge.yml` says, whether it may, and what of it is in force."""
