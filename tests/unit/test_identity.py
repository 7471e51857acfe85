"""Which program answers, from its own metrics; and what follows for the kind of server."""

from __future__ import annotations

import pytest

from vmexporter.tsdb.identity import Kind, Program, kind_of, read_program, release_of, release_order, releases_in

LABELLED = 'go_goroutines 7\nvm_app_version{{version="{0}-{1}", short_version="v1.150.0"}} 1\n'
SINGLE = Program("victoria-metrics", "v1.150.0")
UNLABELLED = 'vm_app_version{version="", short_version=""} 1\n'


@pytest.mark.parametrize(
    ("metrics", "program"),
    [
        (LABELLED.format("victoria-metrics", "20260821-150511-tags-v1.150.0-0-g7d1b"), SINGLE),
        (LABELLED.format("vmselect", "20260821-150511-tags-v1.150.0-cluster-0-g3f0c"), Program("vmselect", "v1.150.0")),
        (LABELLED.format("vmstorage", "20230407-010146-tags-v1.9.0-enterprise-0-gb5"), Program("vmstorage", "v1.9.0")),
        (LABELLED.format("victoria-logs", "20250101-000000-tags-v1.3.2-0-gabc"), Program("victoria-logs", "v1.3.2")),
        (LABELLED.format("victoria-metrics", "20260821-150511-heads-master-0-g7d1b"), Program("victoria-metrics", "")),
        (UNLABELLED + 'vmauth_user_requests_total{username="joe"} 0\n', Program("vmauth")),
        (UNLABELLED + "vmagent_remotewrite_requests_total 0\n", Program("vmagent")),
        (UNLABELLED + "vmalert_execution_total 0\n", Program("vmalert")),
        (UNLABELLED + "vm_data_size_bytes 0\nvm_rollup_result_cache_miss_total 0\n", Program("victoria-metrics")),
        (UNLABELLED + 'vm_data_size_bytes{type="x"} 0\n', Program("vmstorage")),
        (UNLABELLED + "vm_rpc_rows_sent_total 0\n", Program("vminsert")),
        (UNLABELLED + "vm_rollup_result_cache_miss_total 0\n", Program("vmselect")),
        ('vm_app_version{version="1.99-nix"} 1\nvmauth_config_last_reload 1\n', Program("vmauth")),
        ('# HELP x\nprometheus_build_info{version="2.42.0"} 1\n', Program("prometheus")),
        ('grafana_build_info{version="10"} 1\n', Program()),
        ("<html>vmauth_</html>", Program()),
        ("", Program()),
    ],
)  # fmt: skip
def test_a_program_by_its_own_metrics(metrics: str, program: Program) -> None:
    assert read_program(metrics.encode()) == program


@pytest.mark.parametrize(
    ("program", "metricsql", "prometheus", "tenant_path", "kind"),
    [
        ("victoria-metrics", True, False, False, "vmsingle"),
        ("vmselect", True, False, True, "vmselect"),
        ("victoria-metrics", True, False, True, "vmselect"),
        ("vmauth", True, False, True, "vmauth"),
        ("vmauth", False, True, False, "vmauth"),
        ("prometheus", False, True, False, "prometheus"),
        ("prometheus", True, False, False, "victoriametrics"),  # the root of the host is another server
        ("victoria-metrics", False, True, False, "prometheus"),
        ("vmagent", True, False, False, "victoriametrics"),
        ("", True, False, True, "vmselect"),
        ("", True, False, False, "victoriametrics"),
        ("", False, True, False, "prometheus"),
        ("", False, False, False, "unknown"),
        ("vmselect", None, False, True, "vmselect"),
        ("", None, False, True, "unknown"),
    ],
)
def test_kinds(program: str, metricsql: bool | None, prometheus: bool, tenant_path: bool, kind: Kind) -> None:
    found = kind_of(Program(program), metricsql=metricsql, prometheus=prometheus, tenant_path=tenant_path)
    assert found == kind


def test_releases_are_read_and_sorted_as_numbers() -> None:
    labels = [
        {"short_version": "v1.150.0-cluster"},
        {"version": "vmagent-20230407-010146-tags-v1.99.0-0-gb5d"},
        {"short_version": "", "version": ""},
        {"short_version": "v1.150.0"},
        {},
    ]
    answer: dict[str, object] = {"data": {"result": [{"metric": one} for one in labels] + [None, {"metric": 1}]}}
    assert releases_in(answer) == ("v1.99.0", "v1.150.0")
    assert releases_in({"data": {"result": "x"}}) == ()
    assert releases_in({}) == ()
    assert sorted(["v1.150.0", "v1.99.10", "v1.99.9"], key=release_order) == ["v1.99.9", "v1.99.10", "v1.150.0"]
    assert release_of("nothing") == ""
