"""What the numbers were measured on."""

import asyncio
import os
import platform
import shutil
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url


async def about(postgres: str | None) -> dict[str, str]:
    """Name the machine and the versions that matter."""
    found = {
        "CPU": f"{_model()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }
    if shutil.which("node"):
        process = await asyncio.create_subprocess_exec("node", "-v", stdout=asyncio.subprocess.PIPE)
        found["Node"] = (await process.communicate())[0].decode().strip().removeprefix("v")
    if postgres:
        url = make_url(postgres).set(drivername="postgresql")
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        found["PostgreSQL"] = str(await connection.fetchval("SHOW server_version"))
        await connection.close()
    return found


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
