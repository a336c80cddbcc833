"""The database: tables, migrations, and one store of plain functions per aggregate."""
