"""The admin as this project has it: users and logins, its first page, its sidebar."""

from project.admin import users

__all__ = ["users"]
