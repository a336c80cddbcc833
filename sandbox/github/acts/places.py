"""Acts on repositories and accounts: renames, transfers, forks and people that vanish, the App."""

from datetime import timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.github.model import App, Repository
from sandbox.github.render import people
from sandbox.github.world import Token, World

TOKEN_LIFE = timedelta(hours=1)


class PlaceActs(World):
    """What happens to a repository or account as a whole."""

    async def rename_repo(self, repo: str, name: str, by: str) -> None:
        """Rename a repository: `repository` renamed; the old name answers 301 from then on."""
        home = self.repo(repo)
        former = home.name
        self._settle_at(home, home.owner, name)
        self.emit(
            home,
            "repository",
            by,
            {"action": "renamed", "changes": {"repository": {"name": {"from": former}}}},
        )

    async def transfer_repo(self, repo: str, owner: str, by: str) -> None:
        """Give a repository to another owner: `repository` transferred; the old name then answers 301."""
        home = self.repo(repo)
        former = self.state.accounts[home.owner]
        kind = "organization" if former.type == "Organization" else "user"
        written = (
            people.organization(self.state, former)
            if kind == "organization"
            else people.user(self.state, former.login)
        )
        if owner not in self.state.accounts:
            self.add_account(owner, owner.title(), kind="Organization")
        self._settle_at(home, owner, home.name)
        self.emit(
            home, "repository", by, {"action": "transferred", "changes": {"owner": {"from": {kind: written}}}}
        )

    async def delete_fork(self, repo: str) -> None:
        """Delete a fork; pull requests from it live on with `head.repo` null. The parent hears nothing."""
        gone = self.repo(repo)
        del self.state.repositories[gone.id]
        for home in self.state.repositories.values():
            for pull in home.pulls:
                if pull.head_repo == gone.id:
                    pull.head_repo = None
        self.touched()

    async def delete_account(self, login: str) -> None:
        """Delete a person; everything they did now has `user` null."""
        del self.state.accounts[login]
        for token in [token for token, held in self.tokens.items() if held.login == login]:
            del self.tokens[token]
        self.touched()

    def install_app(self, owner: str, repositories: list[str], slug: str = "patchforge") -> str:
        """Register an App, install it on repositories of an organization, and give its private key as PEM."""
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.state.app = App(
            id=834_211,
            slug=slug,
            name=slug.title(),
            owner=owner,
            public_key=public.decode(),
            installation_id=45_117_320,
            repositories={self.repo(name).id for name in repositories},
            created_at=self.now(),
            permissions=dict(people.PERMISSIONS),
            events=list(people.EVENTS),
        )
        self.touched()
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode()

    def installation_token(self, app: App) -> tuple[str, Token]:
        """Issue a token of the App's installation, good for one hour."""
        text = f"ghs_{self.new_id():x}{len(self.tokens):08x}"
        token = Token(None, app.installation_id, self.now() + TOKEN_LIFE)
        self.tokens[text] = token
        return text, token

    def _settle_at(self, repo: Repository, owner: str, name: str) -> None:
        self.state.moved[repo.full_name.lower()] = repo.id
        repo.owner, repo.name = owner, name
        repo.updated_at = self.now()
        self.state.moved.pop(repo.full_name.lower(), None)
