"""An export that nobody watches: a file says what, the environment the secret, the log is JSON, the status tells."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.commandline import run
from tests.lab.gateways import OPERATOR, VmAuth, usual_vmauth_config
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
USER, PASSWORD = OPERATOR
PASSPHRASE = "passphrase-of-the-map"
SECRETS = {"VMEXPORTER_PASSWORD": PASSWORD, "VMEXPORTER_MAP_PASSPHRASE": PASSPHRASE}
START_MS = 1_700_000_000_000
CONFIG = """
[connection]
url = "{url}"
auth = {{ username = "operator" }}

[time_range]
start = 1700000000000
end = 1700000600000

[selection]
selectors = ['{{job="acme-job"}}']

[obfuscation]
encrypt_map = true

[output]
path = "{folder}/"
json = true
log_format = "json"
"""


@pytest.fixture
def config(start_victoria: Callable[..., VictoriaMetrics], start_vmauth: Callable[..., VmAuth], tmp_path: Path) -> Path:
    """A file for a server with some samples, behind a vmauth."""
    server = start_victoria()
    times = [START_MS + 15_000 * i for i in range(40)]
    labels = {"__name__": "vm_rows", "job": "acme-job", "instance": "db.acme.example:8482"}
    line = json.dumps({"metric": labels, "values": times, "timestamps": times})
    server.import_jsonl([f"{line}\n".encode()])
    gate = start_vmauth(usual_vmauth_config(server.url))
    path = tmp_path / "job.toml"
    path.write_text(CONFIG.format(url=gate.url, folder=tmp_path / "out"))
    return path


def test_it_exports_by_file_and_environment_and_tells_no_secret(config: Path) -> None:
    ran = run("export", env={"VMEXPORTER_CONFIG": str(config), **SECRETS}).checked()
    result = ran.json()
    assert Path(result["bundle"]).is_file() and result["manifest"]["counts"]["samples"] == 40
    lines = [json.loads(line) for line in ran.err.split("\n") if line]
    assert {line["level"] for line in lines} == {"info"}
    assert {"connected", "planned", "progress"} <= {line["event"] for line in lines}
    [*_, last] = [line for line in lines if line["event"] == "progress"]
    assert (last["done"], last["windows_done"], last["samples"]) == (1.0, last["windows"], 40)
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    for private in (PASSWORD, basic, PASSPHRASE, "acme-job", "db.acme.example"):
        assert private not in ran.err + ran.out


def test_quiet_says_nothing_and_a_failure_is_one_line(config: Path) -> None:
    assert run("export", "--config", config, "--quiet", env=SECRETS).checked().err == ""
    denied = run("export", "--config", config, env={**SECRETS, "VMEXPORTER_PASSWORD": "other"})
    [line] = [json.loads(line) for line in denied.err.split("\n") if line]
    assert denied.status == line["exit_status"] == 4 and line["code"] == "access_denied" and denied.out == ""
    missing = run("export", "--config", config, env={"VMEXPORTER_MAP_PASSPHRASE": PASSPHRASE})
    assert missing.status == 2 and "VMEXPORTER_PASSWORD" in missing.err
