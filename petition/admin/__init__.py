"""Pages for staff. Nothing here writes except through actions."""

from django.contrib.admin.apps import AdminConfig


class PetitionAdminConfig(AdminConfig):
    default_site = "petition.admin.site.StaffSite"
