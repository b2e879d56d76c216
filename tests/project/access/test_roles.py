"""The roles that a new database has, and what their people may do."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from project.access.roles import ROLES, make_roles
from tests.support.processes import ROOT

_PERMISSIONS = """
    SELECT app_label || '.' || codename FROM auth_group
    JOIN auth_group_permissions ON auth_group.id = group_id
    JOIN auth_permission ON auth_permission.id = permission_id
    JOIN django_content_type ON django_content_type.id = content_type_id
    WHERE auth_group.name = ?
"""


@pytest.fixture(scope="module")
def new_database(tmp_path_factory):
    """What ``migrate`` makes of an empty file."""
    path = tmp_path_factory.mktemp("roles") / "new.sqlite3"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    with closing(sqlite3.connect(path)) as database:
        yield database


@pytest.fixture
def people(db):
    """Logs in somebody of a role."""
    make_roles(apps, "default")

    def log_in(role: str) -> Client:
        user = User.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.mark.parametrize("role", ["viewer", "operator", "administrator"])
def test_a_new_database_has_the_role_with_its_permissions(new_database, role):
    found = {name for (name,) in new_database.execute(_PERMISSIONS, [role])}
    assert found == set(ROLES[role])


def test_permissions_that_the_roles_need_early_are_as_django_makes_them(new_database):
    name = "SELECT name FROM auth_permission WHERE codename = 'view_logentry'"
    assert new_database.execute(name).fetchall() == [("Can view log entry",)]


def test_making_the_roles_again_keeps_what_was_added_to_them(db):
    make_roles(apps, "default")
    viewer = Group.objects.get(name="viewer")
    more = Group.objects.get(name="operator").permissions.get(codename="add_import")
    viewer.permissions.add(more)
    make_roles(apps, "default")
    assert viewer.permissions.count() == len(ROLES["viewer"]) + 1
    assert Group.objects.filter(name="viewer").count() == 1


def permissions_of(role):
    found = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}" for one in found}


def test_roles_are_made_with_permissions_that_nobody_made_yet(db):
    Group.objects.all().delete()
    Permission.objects.filter(codename__in=["view_logentry", "view_import"]).delete()
    make_roles(apps, "default")
    assert {role: permissions_of(role) for role in ROLES} == {
        role: set(names) for role, names in ROLES.items()
    }


class Fewer:
    """The models as an early migration knows them."""

    def get_models(self):
        return [one for one in apps.get_models() if one._meta.app_label != "notices"]

    def __getattr__(self, name):
        return getattr(apps, name)


def test_permissions_on_models_that_a_migration_does_not_know_come_with_a_later_one(db):
    Group.objects.all().delete()
    make_roles(Fewer(), "default")
    later = {name for name in ROLES["administrator"] if name.startswith("notices.")}
    assert later
    assert permissions_of("administrator") == set(ROLES["administrator"]) - later


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/imports/", {"viewer", "operator", "administrator"}),
        ("/upload/", {"operator", "administrator"}),
        ("/admin/ingestion/import/", {"viewer", "operator", "administrator"}),
        ("/admin/auth/user/add/", {"administrator"}),
        ("/admin/auth/group/", {"administrator"}),
        ("/admin/knox/authtoken/", {"administrator"}),
    ],
)
def test_people_open_what_their_role_allows(people, url, allowed):
    responses = {role: people(role).get(url).status_code for role in ROLES}
    assert responses == {role: 200 if role in allowed else 403 for role in ROLES}


def test_a_viewer_reads_the_api_and_changes_nothing(people):
    viewer = people("viewer")
    assert viewer.get("/api/imports/").status_code == 200
    assert viewer.post("/api/imports/").status_code == 403
    assert viewer.delete("/api/messages/2019-05-28/10:55:09/").status_code == 403
