"""The alert rules in deploy/prometheus are valid, fire when they should, and name figures that the exporter has."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from petition.management.metrics.exporter import SiteCollector
from tests.programs import need
from tests.site import ROOT

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
TEXT = RULES.read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "operators" / "monitoring.md").read_text(encoding="utf-8")
ALERTS = re.findall(r"- alert: (\w+)\n", TEXT)
FOR_GRAPHS = {
    "petition_build_info",
    "petition_intake_waiting",
    "petition_queue_waiting",
    "petition_mails_pending",
    "petition_pages_rendered_total",
    "petition_worker_duty_failures_total",
}
"""Figures that no alert needs."""
WORKER = "petition_worker_heartbeat_age_seconds"
SERIES: dict[str, tuple[str, str, str]] = {
    "PetitionNotMeasured": ('up{job="petition"}', "0x200", "1x200"),
    "PetitionStaffNotMeasured": (WORKER, "_x200", "1x200"),
    "PetitionDatabaseDown": ("petition_database_up", "0x200", "1x200"),
    "PetitionWorkerDown": (WORKER, "0+60x200", "15x200"),
    "PetitionDutyFails": ('petition_worker_duty_failing{duty="mail"}', "3x200", "2x200"),
    "PetitionDutyLate": ('petition_worker_duty_success_age_seconds{duty="mail"}', "0+60x200", "600x200"),
    "PetitionIntakeLate": ("petition_intake_oldest_seconds", "0+60x200", "299x200"),
    "PetitionIntakeSetApart": ("petition_intake_set_apart", "1x200", "0x200"),
    "PetitionQueueLate": ("petition_queue_oldest_seconds", "604801x200", "604800x200"),
    "PetitionMailLate": ("petition_mail_oldest_seconds", "3601x200", "3600x200"),
    "PetitionMailFailed": ("petition_mails_failed", "1x200", "0x200"),
    "PetitionBackupOld": ("petition_backup_age_seconds", "93601x200", "93600x200"),
    "PetitionCheckFails": ('petition_check_errors{check="triggers"}', "1x200", "0x200"),
    "PetitionClocksDiffer": ("petition_clock_difference_seconds", "-61x200", "-59x200"),
    "PetitionErasingPaused": ("petition_erasing_paused", "1x200", "0x200"),
    "PetitionServerErrors": ('petition_requests_total{status="5xx"}', "0+2x200", "0+1x200"),
}
"""For each alert a figure, its values a minute apart when the alert fires after three hours, and when it does not."""
CONTEXT = {"PetitionServerErrors": [{"series": 'petition_requests_total{status="2xx"}', "values": "0+100x200"}]}


def run_promtool(*arguments: object) -> "subprocess.CompletedProcess[str]":
    need("" if shutil.which("promtool") else "Alert rules are not tried: apt install promtool")
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_rules_are_valid(tmp_path: Path) -> None:
    result = run_promtool("check", "rules", RULES)
    assert result.returncode == 0, result.stderr
    broken = tmp_path / "alerts.yml"
    broken.write_text(TEXT.replace("min(petition_backup_age_seconds)", "min(petition_backup_age_seconds"))
    assert run_promtool("check", "rules", broken).returncode != 0


def try_rules(folder: Path, rules: Path, *alerts: str, fires: bool) -> "subprocess.CompletedProcess[str]":
    """Let promtool see each of these alerts fire, or none of them, within three hours."""
    tests = []
    for alert in alerts:
        series, firing, quiet = SERIES[alert]
        values = firing if fires else quiet
        tests.append(
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values}, *CONTEXT.get(alert, [])],
                # As a count, so that labels and sentences of each alert need not be written down here.
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) or vector(0)',
                        "eval_time": "3h",
                        "exp_samples": [{"labels": "{}", "value": int(fires)}],
                    }
                ],
            }
        )
    file = folder / f"tests-{fires}.json"  # JSON is YAML
    content: dict[str, Any] = {"rule_files": [str(rules)], "evaluation_interval": "10m", "tests": tests}
    file.write_text(json.dumps(content), encoding="utf-8")
    return run_promtool("test", "rules", file)


@pytest.mark.parametrize("fires", [True, False])
def test_each_alert_fires_when_it_should(tmp_path: Path, fires: bool) -> None:
    assert set(SERIES) == set(ALERTS)
    result = try_rules(tmp_path, RULES, *ALERTS, fires=fires)
    assert result.returncode == 0, result.stderr


def test_a_wrong_limit_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "alerts.yml"
    assert "petition_worker_heartbeat_age_seconds > 120" in TEXT
    broken.write_text(TEXT.replace("heartbeat_age_seconds > 120", "heartbeat_age_seconds > 999999"), encoding="utf-8")
    assert try_rules(tmp_path, broken, "PetitionWorkerDown", fires=True).returncode != 0
    broken.write_text(TEXT.replace("heartbeat_age_seconds > 120", "heartbeat_age_seconds > 10"), encoding="utf-8")
    assert try_rules(tmp_path, broken, "PetitionWorkerDown", fires=False).returncode != 0


def find_unknown(rules: str, exported: set[str]) -> set[str]:
    """Return the figures in the rules that the exporter does not have."""
    return set(re.findall(r"\bpetition_\w+", rules)) - exported


@pytest.mark.django_db
def test_rules_guide_and_exporter_name_the_same_figures() -> None:
    families = list(SiteCollector().collect())
    exported = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert find_unknown(TEXT, exported) == set()
    assert find_unknown(TEXT.replace("petition_mails_failed", "petition_mail_failures"), exported)
    assert exported - set(re.findall(r"\bpetition_\w+", TEXT)) == FOR_GRAPHS
    assert set(re.findall(r"^\| `(petition_\w+)", GUIDE, re.M)) == exported


def test_each_alert_says_what_to_do() -> None:
    assert set(re.findall(r"^\| `(Petition\w+)`", GUIDE, re.M)) == set(ALERTS)
    assert TEXT.count("See docs/operators/monitoring.md.") == len(ALERTS)
