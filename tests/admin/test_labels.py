"""Every code of the audit log has a label in each language: verbs, reasons, subjects, actors."""

import ast
import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from petition.actions.audit import CONTACT, OPERATOR, WORKER, Actor
from petition.actions.moderation.undo import _UNDO_BY_VERB
from petition.admin.labels import ACTORS, MAILS, REASONS, SUBJECTS, VERBS
from petition.mail.messages import EDITABLE_MAILS
from petition.models import BatchAction, Check, Level, Role, Suspicion, TimelineKind, Verdict
from petition.reference.languages import LANGUAGES

ACTIONS = Path(__file__).parents[2] / "petition" / "actions"
Codes = dict[str, tuple[str, int | None]]
"""A function's parameters that are codes of the audit log: name → (verb, reason or subject; position or None)."""
WRITERS: dict[str, Codes] = {
    "record": {"verb": ("verb", 0), "reason": ("reason", None)},
    "record_for": {"kind": ("subject", 0), "verb": ("verb", 2), "reason": ("reason", None)},
    "record_many": {"verb": ("verb", 0), "reason": ("reason", None)},
    "record_each": {"verb": ("verb", 0)},
}
# The codes that a variable may have. '' is no code. Reasons of a rejection have their labels in their table.
VARIABLES: dict[str, Iterable[str]] = {
    "batch.deed": BatchAction.values,
    "proposal.role": Role.values,
    "Role(proposal.role)": Role.values,
    "role": Role.values,  # of a loop
    "mail.message": MAILS,
    "f'{message}.{language}'[:40]": [f"{mail}.{language}" for mail in EDITABLE_MAILS for language in LANGUAGES],
    "reason": Suspicion.values,  # likewise
    "deed": BatchAction.values,
    "batch.reason": Suspicion.values,
    "result.how": Check.values,
    "endorsement.checked_how": Check.values,
    "report.status": [],  # the numbers of a returned mail's report
    "decision.verb": _UNDO_BY_VERB,
    "content.kind": TimelineKind.values,
    "kind": TimelineKind.values,
    "f'{verdict.value}_body'": [f"{verdict}_body" for verdict in Verdict],
}


class Function:
    """A function of an action's module, with the values of its names."""

    def __init__(self, node: ast.FunctionDef, module: Any) -> None:
        self.name = node.name
        self.module = module
        plain = [*node.args.posonlyargs, *node.args.args]
        self.parameters: dict[str, int | None] = {argument.arg: place for place, argument in enumerate(plain)}
        self.parameters |= {argument.arg: None for argument in node.args.kwonlyargs}
        self.enums = {
            argument.arg: ast.unparse(argument.annotation)
            for argument in [*plain, *node.args.kwonlyargs]
            if argument.annotation
        }
        self.calls = [child for child in ast.walk(node) if isinstance(child, ast.Call)]
        self.assigned: dict[str, list[ast.expr]] = {}
        for child in ast.walk(node):
            if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name):
                self.assigned.setdefault(child.targets[0].id, []).append(child.value)

    def arguments(self, writers: dict[str, Codes]) -> Iterator[tuple[str, ast.expr]]:
        """Yield kind and expression of each argument in this function that becomes a code."""
        for call in self.calls:
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            for parameter, (kind, place) in writers.get(name, {}).items():
                values = [keyword.value for keyword in call.keywords if keyword.arg == parameter]
                if place is not None and place < len(call.args):
                    values.append(call.args[place])
                yield from ((kind, value) for value in values)

    def parts(self, value: ast.expr, *, visited: tuple[str, ...] = ()) -> Iterator[ast.expr]:
        """Yield what an expression may be: branches of a condition, assignments of a local variable."""
        if isinstance(value, ast.IfExp):
            branches = [value.body, value.orelse]
        elif isinstance(value, ast.BoolOp):
            branches = value.values
        elif isinstance(value, ast.Name) and value.id in self.assigned and value.id not in visited:
            branches, visited = self.assigned[value.id], (*visited, value.id)
            if value.id in self.parameters:
                yield value
        else:
            yield value
            return
        for branch in branches:
            yield from self.parts(branch, visited=visited)

    def codes(self, value: ast.expr) -> Iterable[str] | None:
        """Return the codes that one part stands for; None if they are not known."""
        words = ast.unparse(value)
        is_looked_up = isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Slice)
        if is_looked_up or (isinstance(value, ast.Call) and words.count(".get(") == 1):
            table = getattr(value, "value", None) or getattr(getattr(value, "func", None), "value", None)
            held = self._constant(ast.unparse(table)) if table else None
            return list(held.values()) if isinstance(held, dict) else None
        constant = self._constant(words)
        if isinstance(constant, str):
            return [str(constant)]
        return VARIABLES.get(words)

    def _constant(self, words: str) -> Any:
        if words.split(".", maxsplit=1)[0] in {*self.parameters, *self.assigned}:
            return None
        try:
            return eval(words, vars(self.module))  # our own source
        except (NameError, AttributeError):
            return None


def functions() -> list[Function]:
    result = []
    for path in sorted(ACTIONS.rglob("*.py")):
        name = ".".join(("petition", "actions", *path.relative_to(ACTIONS).with_suffix("").parts))
        module = importlib.import_module(name.removesuffix(".__init__"))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        result += [Function(node, module) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [function for function in result if function.name not in WRITERS]


def used_codes() -> tuple[dict[str, set[str]], set[str]]:
    """Return every code that an action may write, by kind, and the expressions whose codes are unknown."""
    writers = dict(WRITERS)
    everything = functions()
    size = -1
    while size != sum(map(len, writers.values())):  # until every function that passes a parameter on is known
        size = sum(map(len, writers.values()))
        for function in everything:
            for kind, value in list(function.arguments(writers)):
                for part in function.parts(value):
                    if isinstance(part, ast.Name) and part.id in function.parameters:
                        known = writers.setdefault(function.name, {})
                        writers[function.name] = known | {part.id: (kind, function.parameters[part.id])}
    by_kind: dict[str, set[str]] = {"verb": set(), "reason": set(), "subject": {"appeal", "endorsement"}}
    unknown = set()
    for function in everything:
        for kind, value in function.arguments(writers):
            for part in function.parts(value):
                codes = _from_annotation(function, part)
                if codes is None:
                    codes = function.codes(part)
                if codes is None:
                    unknown.add(f"{function.module.__name__}.{function.name}: {kind} {ast.unparse(part)}")
                by_kind[kind] |= set(codes or ())
    return by_kind, unknown


def _from_annotation(function: Function, part: ast.expr) -> Iterable[str] | None:
    """Return the codes of a parameter: all of its enumeration, or none if its callers pass them."""
    if not (isinstance(part, ast.Name) and part.id in function.parameters):
        return None
    enum = {"BatchAction": BatchAction, "Role": Role, "Level": Level, "Suspicion": Suspicion, "Check": Check}
    annotation = function.enums.get(part.id, "")
    return enum[annotation].values if annotation in enum else ()


USED, UNKNOWN = used_codes()


def test_every_code_that_actions_write_is_known() -> None:
    """Check the search itself: plain, conditional, passed on, from a table, from a variable."""
    assert set() == UNKNOWN, "add the codes of these to VARIABLES"
    assert {"remove", "submit", "confirm", "withdraw", "undo", "begin", "propose", "quarantine"} <= USED["verb"]
    assert {"same_body", "check", "set_level", "erase"} <= USED["verb"]
    assert {"replayed", "forget", "superseded", "unanswered", "closed", "unconfirmed", "not_me"} <= USED["reason"]
    assert {*Check.values, *BatchAction.values, *Role.values, *Level.values} <= USED["reason"]
    assert {"question.ky", "rejected.en"} <= USED["reason"]
    assert {"batch", "account", "trail", "sitestate"} <= USED["subject"]
    assert set(MAILS) >= EDITABLE_MAILS


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_each_code_has_a_label(language: str) -> None:
    for kind, labels in (("verb", VERBS), ("reason", REASONS), ("subject", SUBJECTS)):
        assert USED[kind] - {""} - set(labels) == set()
    assert {actor.kind for actor in (CONTACT, OPERATOR, WORKER, Actor.staff(1))} <= set(ACTORS)
    with translation.override(language):
        for labels in (VERBS, REASONS, SUBJECTS, ACTORS):
            for code, label in labels.items():
                words = str(label)
                assert words, code
                assert language == "en" or any("а" <= letter <= "я" for letter in words.lower()), (code, words)
