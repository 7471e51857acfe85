"""What is under packaging/ and .github/: of its form, pinned, without rights it does not need."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rules.source import ROOT
from vmexporter import __version__, errors
from vmexporter.core.configfile import parse_config

PACKAGING = ROOT / "packaging"
KUBERNETES = PACKAGING / "kubernetes"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCKERFILE = PACKAGING / "container" / "Dockerfile"
PINNED_ACTION = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def ran(*command: str | Path) -> str:
    """What *command* says; the test fails unless it ends well."""
    ended = subprocess.run([str(part) for part in command], capture_output=True, check=False, timeout=60)
    said = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == 0, said
    return said


def tool(name: str) -> str:
    """A program of this environment."""
    return str(Path(sys.executable).with_name(name))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


# --- workflows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "paths"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.compose-spec", [PACKAGING / "compose" / "compose.yaml"])],
)
def test_it_is_of_its_schema(schema: str, paths: list[Path]) -> None:
    assert paths
    ran(tool("check-jsonschema"), "--builtin-schema", schema, *paths)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_rights_are_few(path: Path) -> None:
    text = path.read_text()
    used = [line.partition("uses:")[2].strip() for line in text.split("\n") if "uses:" in line]
    assert used and [use for use in used if not PINNED_ACTION.fullmatch(use) and not use.startswith("./")] == []
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "uses" in job or job["timeout-minutes"] <= 90, name


def test_a_release_builds_for_each_platform_and_says_what_it_is_made_of() -> None:
    release = read(ROOT / ".github/workflows/release.yml")
    platforms = {each["platform"] for each in release["jobs"]["binaries"]["strategy"]["matrix"]["include"]}
    assert platforms == {f"{system}-{kind}" for system in ("linux", "macos", "windows") for kind in ("amd64", "arm64")}
    text = (ROOT / ".github/workflows/release.yml").read_text()
    for part in ("cyclonedx-py", "attest-build-provenance", "attest-sbom", "sha256sum", "sbom: true"):
        assert part in text
    assert release["jobs"]["publish"]["permissions"] == {"id-token": "write"}
    assert set(release["jobs"]["release"]["needs"]) == {"packages", "binaries", "image"}


# --- the image --------------------------------------------------------------------------------------------------------


def test_the_dockerfile_passes_hadolint() -> None:
    ran(tool("hadolint"), DOCKERFILE)


def test_the_image_is_not_root_and_has_a_volume_and_a_health_check() -> None:
    last = DOCKERFILE.read_text().rpartition("\nFROM ")[2]
    said = dict(re.findall(r"^(USER|VOLUME|ENTRYPOINT|CMD) (.+)$", last, re.MULTILINE))
    assert said["USER"] == "65532:65532" and said["VOLUME"] == "/output" and said["ENTRYPOINT"] == '["vmexporter"]'
    assert "\nHEALTHCHECK " in last and "COPY --from=build /opt/vmexporter" in last


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def job_of(kind: str) -> Any:
    """The specification of the job that *kind* makes."""
    document = read(KUBERNETES / kind / f"{kind}.yaml")
    return document["spec"]["jobTemplate"]["spec"] if kind == "cronjob" else document["spec"]


def test_both_jobs_are_the_same() -> None:
    assert job_of("job") == job_of("cronjob")


def test_a_pod_keeps_to_the_restricted_standard() -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, and more."""
    pod = job_of("job")["template"]["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"] == {
        "type": "RuntimeDefault"
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False
    assert {"persistentVolumeClaim", "configMap", "secret", "emptyDir"} == {
        kind for volume in pod["volumes"] for kind in volume if kind != "name"
    }
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_what_will_not_change_is_not_tried_again() -> None:
    [rule] = job_of("job")["podFailurePolicy"]["rules"]
    hopeless = (
        errors.InvalidInput, errors.AccessDenied, errors.EndpointMissing, errors.QueryRejected, errors.BundleDamaged,
        errors.LeakFound,
    )  # fmt: skip
    assert rule["onExitCodes"]["values"] == [error.exit_status for error in hopeless]


def named(kind: str, documents: list[Any]) -> Iterator[str]:
    return (document["metadata"]["name"] for document in documents if document["kind"] == kind)


def test_everything_that_is_named_is_there() -> None:
    base = read(KUBERNETES / "base/kustomization.yaml")
    documents = [read(KUBERNETES / "base" / name) for name in base["resources"]]
    volumes = {volume["name"]: volume for volume in job_of("job")["template"]["spec"]["volumes"]}
    assert volumes["output"]["persistentVolumeClaim"]["claimName"] in named("PersistentVolumeClaim", documents)
    assert job_of("job")["template"]["spec"]["serviceAccountName"] in named("ServiceAccount", documents)
    assert volumes["config"]["configMap"]["name"] == base["configMapGenerator"][0]["name"]
    secret = read(KUBERNETES / "credentials.example.yaml")
    assert volumes["credentials"]["secret"]["secretName"] == secret["metadata"]["name"]
    assert set(secret["stringData"].values()) == {""}
    for kind in ("job", "cronjob"):
        [image] = read(KUBERNETES / kind / "kustomization.yaml")["images"]
        assert image == {"name": "vmexporter", "newTag": __version__}


def test_the_configuration_of_the_job_is_one() -> None:
    text = (KUBERNETES / "base/job.toml").read_text()
    config = parse_config(text, "job.toml", "toml")
    assert config.output.path == "/output/" and config.obfuscation.encrypt_map
    shown = re.sub(r"^# (auth = .*username.*)$", r"\1", text, flags=re.MULTILINE)
    assert parse_config(shown, "job.toml", "toml").connection.auth.password_file == "/credentials/password"


@pytest.mark.parametrize("kind", ["job", "cronjob"])
def test_kustomize_builds_it(kind: str) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("there is no kubectl")
    built = list(yaml.safe_load_all(ran("kubectl", "kustomize", KUBERNETES / kind)))
    assert len(built) == 4 and {"Job": "job", "CronJob": "cronjob"}[built[-1]["kind"]] == kind


# --- the topology -----------------------------------------------------------------------------------------------------


def test_the_topology_listens_on_loopback_and_its_files_are_there() -> None:
    compose = read(PACKAGING / "compose/compose.yaml")
    services = compose["services"]
    assert {"single", "vmselect", "vminsert", "vmauth", "vmagent", "nginx"} <= set(services)
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert ":" in service["image"] and not service["image"].endswith(":latest")
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (
                (PACKAGING / "compose" / source).is_file() if source.startswith("./") else source in compose["volumes"]
            )


def test_vmagent_scrapes_what_there_is() -> None:
    services = read(PACKAGING / "compose/compose.yaml")["services"]
    for job in read(PACKAGING / "compose/scrape.yml")["scrape_configs"]:
        for target in job["static_configs"][0]["targets"]:
            assert target.partition(":")[0] in services
