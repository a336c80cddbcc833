"""Who owns which files of a repository, as its CODEOWNERS file says."""
