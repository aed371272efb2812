"""What visitors sent and the worker could not process."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.intake.set_apart import try_again
from petition.admin.actors import current_actor
from petition.admin.responses import redirect_to_page
from petition.reference import clock


@require_POST
def retry_intake(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let the worker try a row again."""
    if try_again(pk, by=current_actor(request), at=clock.now()):
        messages.success(request, _("The worker tries again within a second."))
    else:
        messages.info(request, _("This form no longer waits."))
    return redirect_to_page("overview")
