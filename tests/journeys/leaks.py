"""Leaks of private texts, planted in the modules of a site that test_canary.py runs."""

LEAKS = {
    "petition.web.endorse.endorse": (
        "    return HttpResponseRedirect(\n",
        "    __import__('logging').getLogger('petition').warning(form.cleaned_data['contact_role'])\n"
        "    word += form.cleaned_data['contact_name']\n"
        "    return HttpResponseRedirect(\n",
    ),
    "petition.actions.intake.post": (
        "    _insert([row.hex,",
        "    mark = [fields.get('contact_email', row.hex)]\n"
        "    with connection.cursor() as cursor:\n"
        "        cursor.execute(\"INSERT INTO petition_visitorcount VALUES (%s, 1, '[]', '2100-01-01')\", mark)\n"
        "    _insert([row.hex,",
    ),
    "petition.security.sealed_boxes": (
        "from nacl.public import PrivateKey, SealedBox\n",
        "from nacl.public import PrivateKey\n"
        "class SealedBox:\n"
        "    def __init__(self, key): pass\n"
        "    def encrypt(self, plain): return bytes(48) + plain\n"
        "    def decrypt(self, box): return box[48:]\n",
    ),
    "petition.actions.intake.accept": ("wording_version=WORDING_VERSION", "wording_version=submission.contact_name"),
    "petition.publishing.pages": (
        '        return render_to_string(template, {"path"',
        "        from petition.models import Endorsement\n"
        '        slug += " ".join(Endorsement.objects.values_list("website", flat=True)) if name == "privacy" else ""\n'
        '        return slug + render_to_string(template, {"path"',
    ),
    "petition.actions.mailing.delivery": (
        "        rendered.subject,\n",
        "        rendered.subject + ' '.join(__import__('petition.models').models.Endorsement.objects"
        ".values_list('organisation_name', flat=True)[35:]),\n",
    ),
}
"""In a log, in rows, on a page, in an address, in a mail: module, what it says, what it says instead."""
PLANT = """
import importlib.machinery, sys
LEAKS = {leaks!r}

class Leaking(importlib.machinery.SourceFileLoader):
    def get_code(self, name):
        old, new = LEAKS[name]
        source = self.get_data(self.path).decode()
        assert old in source, (name, old)
        return compile(source.replace(old, new), self.path, "exec")

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in LEAKS:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            spec.loader = Leaking(name, spec.origin)
            return spec

sys.meta_path.insert(0, Finder)
"""
