"""What a file is for, by its path."""

import re
from enum import StrEnum
from functools import lru_cache


class Area(StrEnum):
    """The parts of a repository that release notes tell apart."""

    PRODUCT = "product"
    TESTS = "tests"
    DOCS = "docs"
    CI = "ci"
    LOCK = "lock"
    VENDOR = "vendor"
    GENERATED = "generated"
    DEVELOPMENT = "development"


_RULES = tuple(
    (area, re.compile(pattern, re.IGNORECASE))
    for area, pattern in (
        (
            Area.LOCK,
            (
                r"(?:^|/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.ya?ml|poetry\.lock|uv\.lock|Pipfile\.lock"
                r"|Cargo\.lock|go\.sum|Gemfile\.lock|composer\.lock|flake\.lock)$|\.lock(?:\.hcl)?$"
                r"|(?:^|/)requirements[^/]*\.lock$"
            ),
        ),
        (Area.VENDOR, r"(?:^|/)(?:_?vendor|third_party|node_modules|external)/"),
        (
            Area.GENERATED,
            (
                r"\.min\.(?:js|css)$|\.(?:map|snap|svg|png|jpe?g|gif|ico|pb\.go|pyc)$|_pb2(?:_grpc)?\.pyi?$"
                r"|(?:^|/)(?:dist|generated|__generated__|__snapshots__)/|\.(?:gen|generated)\.\w+$"
            ),
        ),
        (
            Area.CI,
            (
                r"^\.(?:github|circleci|buildkite|ci|release)/|^\.gitlab-ci\.yml$|^\.travis\.yml$|^azure-pipelines"
                r"|^appveyor\.yml$|^Jenkinsfile$|^zuul\.d/"
            ),
        ),
        (
            Area.TESTS,
            (
                r"(?:^|/)(?:tests?|testing|__tests__|e2e|fixtures|testdata|spec|specs)/|(?:^|/)test_[^/]+$"
                r"|[._-](?:test|spec|e2e)\.\w+$|_test\.\w+$|(?:^|/)conftest\.py$"
            ),
        ),
        (
            Area.DOCS,
            (
                r"(?:^|/)(?:docs?|documentation|website|examples?|man)/|\.(?:md|mdx|rst|adoc)$"
                r"|(?:^|/)(?:LICENSE|NOTICE|AUTHORS|CONTRIBUTORS|CODEOWNERS)[^/]*$"
            ),
        ),
        (
            Area.DEVELOPMENT,
            (
                r"^\.(?:pre-commit|editor|git|eslint|prettier|vscode|devcontainer|changeset|flake8|pylint|mypy)"
                r"|^(?:Makefile|GNUmakefile|tox\.ini|noxfile\.py|mypy\.ini|setup\.cfg|ruff\.toml|tsconfig[^/]*\.json)$"
                r"|^(?:tools|scripts|scripts-dev|ci|bench|benchmarks|hack|__utils__)/|(?:^|/)\.[\w.-]*ignore$"
            ),
        ),
    )
)


@lru_cache(8192)
def area(path: str) -> Area:
    """Return what the file is for; product code when nothing else fits."""
    return next((area for area, pattern in _RULES if pattern.search(path)), Area.PRODUCT)
