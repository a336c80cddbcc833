"""One file per outside system; each takes its HTTP client and base URL from whoever builds it."""
