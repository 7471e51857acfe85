"""Where the programs of the lab are: a missing one fails the test, missing cluster programs skip it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def find_program(name: str) -> str:
    """The path of a program; the test fails with a clear word when it is not installed."""
    variable = "VMEXPORTER_TEST_" + name.upper().replace("-", "_")
    named = os.environ.get(variable)
    if named:
        if not os.access(named, os.X_OK):
            pytest.fail(f"cannot run {name}: {variable} names {named}, which is no program", pytrace=False)
        return named
    found = shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/sbin")
    if found is None:
        pytest.fail(f"cannot find {name}: install it or name it in {variable}", pytrace=False)
    return found


def find_cluster_program(name: str) -> str:
    """The path of a cluster program; the test is skipped when no folder is named for them."""
    folder = os.environ.get("VMEXPORTER_TEST_CLUSTER_BIN")
    if not folder:
        pytest.skip("VMEXPORTER_TEST_CLUSTER_BIN names no folder with vminsert, vmselect and vmstorage")
    path = Path(folder, name)
    if not os.access(path, os.X_OK):
        pytest.fail(f"cannot run {path}: VMEXPORTER_TEST_CLUSTER_BIN names its folder", pytrace=False)
    return str(path)
