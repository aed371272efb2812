"""Two sentences on top of each staff page: what it is for, and what to know before using it."""

from typing import Final

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PAGE_HELP: Final[dict[str, str | Promise]] = {
    "admin:index": _("Endorsements that wait for you, oldest first. Open one to see what is known about it."),
    "admin:endorsement": _("Compare the entry with the signals, then decide. You can undo a decision for one minute."),
    "admin:decide": _("Compare the entry with the signals, then decide. You can undo a decision for one minute."),
    "admin:bulk": _("Check every name before you run this. Nothing has happened yet."),
    "admin:batches": _("What moderators did to several endorsements at once. The newest can be undone here."),
    "admin:batch": _("One bulk action and its endorsements. You see what was done and what is still to do."),
    "admin:enter": _(
        "For organisations that wrote or called. The contact confirms by e-mail; "
        "for a letter, another moderator confirms."
    ),
    "admin:uploads": _("For many endorsements that came by e-mail or letter. Paste them as a table, or upload a file."),
    "admin:upload": _("Each row is checked like the form. Correct what is wrong, then add the rest."),
    "admin:upload_row": _("One row of the table. Correct it, or leave it out."),
    "admin:archive": _("Archive an appeal when it has ended. It accepts no endorsements then, and its page says so."),
    "admin:take_down": _(
        "This removes the whole appeal from the site at once. Private links, removal and erasure go on working."
    ),
    "admin:timeline": _(
        "What became of the appeal: deliveries, answers, news. "
        "Visitors see it on the page, in the feed and in the documents."
    ),
    "admin:event": _("Correct an entry, or remove it. Visitors see that it was corrected."),
    "admin:drafts": _("Nobody outside the team can read these. Visitors see an appeal when it is published."),
    "admin:new_draft": _("Paste the statement, or upload its file. The site proposes what each part is."),
    "admin:draft": _(
        "Decide what is open, then lock the text. A locked text can be shown with a private link, and published."
    ),
    "admin:draft_blocks": _("Say what each block is. Its words stay those of the source."),
    "admin:floods": _("Forms that look as if one person sent many. Put them on hold, then review them one by one."),
    "admin:disputes": _(
        "Messages from people who say that a name is wrong. Answer, hide the name or settle the message."
    ),
    "admin:dispute": _("The message that somebody sent about a name. Answer, hide the name or settle the message."),
    "admin:contact": _("The person who sent the form. The audit log records that you opened this."),
    "admin:link": _(
        "Give this link to the organisation now, in a way that nobody else can read. We show it only once."
    ),
    "admin:lines": _(
        "The public list of the chosen appeal. Open an entry to correct it, or search for a name to hide it."
    ),
    "admin:search": _("Finds endorsements in every status. You can hide a listed name here."),
    "admin:hide": _("This removes the name from the whole site at once. You can undo it for one minute."),
    "admin:editions": _("An edition keeps the list as it is now, for a delivery. It gets an address of its own."),
    "admin:texts": _(
        "The text in each language, and when the appeal opens and closes. A published text never changes."
    ),
    "admin:text_proposal": _("A text that another editor proposes. Compare it with the source before you publish it."),
    "admin:opening": _("When organisations can start and stop endorsing. The form says so by itself."),
    "admin:translation": _("Paste a translation of the text. Another editor publishes it."),
    "admin:notices": _("The warning above the form, in each language. Write your own where ours does not fit."),
    "admin:notice": _("Each line becomes one point of the warning above the form. Look at the preview first."),
    "admin:reasons": _("The reasons that moderators choose from. The contact gets the text of the reason by e-mail."),
    "admin:reason": _("The label is for moderators. The contact reads the text, so keep it short and polite."),
    "admin:mails": _("The e-mails to organisations. You can add one paragraph to each, in each language."),
    "admin:mail": _("Your paragraph stands below our text. Look at the preview before you save."),
    "admin:overview": _(
        "Whether the worker runs and e-mails leave. "
        "Below it: how many endorsements came in and how fast they were decided."
    ),
    "admin:site": _(
        "Stop the form for a while, or limit how much it takes. Organisations can still confirm, correct and withdraw."
    ),
    "admin:held_list": _(
        "A backup was restored, so no list is published. Check the removed names, then publish it again."
    ),
    "admin:trail_export": _("Download the audit log as a file. It holds codes and numbers, no names."),
    "admin:petition_auditevent_changelist": _(
        "Everything that staff, organisations and the site did. Nobody can change or delete an entry."
    ),
    "admin:petition_auditevent_change": _("One entry of the audit log. Nobody can change or delete it."),
    "admin:staff": _("Who may work here, and in which role. A new role needs two administrators."),
    "admin:invite": _("Invite a colleague by e-mail. They choose their own password and second factor."),
    "admin:account": _("One account and its roles. Disable it when somebody leaves or loses a device."),
    "mfa_index": _("A second factor protects your account when somebody has your password. Set up two if you can."),
    "account_change_password": _(
        "Choose a long password that you use nowhere else. You stay signed in on this device."
    ),
}
"""By the full name of the URL."""


def find_page_help(request: HttpRequest) -> str | Promise:
    """Return the sentences for the page that was requested, or ""."""
    match = request.resolver_match
    return PAGE_HELP.get(match.view_name, "") if match else ""
