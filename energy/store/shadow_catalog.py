"""In: the catalogs of a live schema and its shadow. Out: differences, dependents. I/O: reads.

A swap must leave what the live tables had: columns, keys, indexes, row security, triggers,
grants. What the schema files do not make, a rebuild cannot make: it is named and refused before
any work. Grants alone are carried over: an administrator may let others read a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from energy.store.errors import StoreError
from energy.store.shadow import Connection, Shadow


class DependentsError(StoreError):
    """Somebody built upon the tables that are to be replaced."""

    code = "store.dependents"

    def __init__(self, names: Sequence[str]) -> None:
        """Name what depends and what to do with it."""
        rows = "\n".join(f"  - {name}" for name in names)
        super().__init__(
            f"These depend on the tables to be replaced; nothing was changed:\n{rows}\n"
            "Keep their definitions (psql: \\d+ NAME, \\sf NAME), drop them, rebuild, and make "
            "them again."
        )


class ShapeError(StoreError):
    """The live tables are not as the schema files make them."""

    code = "store.shape"

    def __init__(self, differences: Sequence[str]) -> None:
        """Name the differences and what to do."""
        rows = "\n".join(f"  - {row}" for row in differences)
        super().__init__(
            f"The live tables differ from the schema files; nothing was changed:\n{rows}\n"
            "Take away what was added by hand (or run `db migrate`), rebuild, and add it again."
        )


_FACTS = """
SELECT c.relname::text, 'table', format('kind %%s, row security %%s/%%s, owner %%s, options %%s',
    c.relkind, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner), c.reloptions)
FROM pg_class AS c WHERE c.oid = ANY(%(tables)s)
UNION ALL
SELECT a.attrelid::regclass::text, 'column', format('%%s %%s %%s %%s not null %%s default %%s',
    row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), a.attname,
    format_type(a.atttypid, a.atttypmod), a.attcollation, a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY(%(tables)s) AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT conrelid::regclass::text, 'constraint', format('%%s %%s', conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = ANY(%(tables)s) AND contype <> 'n'
UNION ALL
SELECT i.indrelid::regclass::text, 'index', pg_get_indexdef(i.indexrelid)
FROM pg_index AS i WHERE i.indrelid = ANY(%(tables)s)
UNION ALL
SELECT tgrelid::regclass::text, 'trigger', format('%%s %%s', tgenabled, pg_get_triggerdef(oid))
FROM pg_trigger WHERE tgrelid = ANY(%(tables)s) AND NOT tgisinternal
UNION ALL
SELECT p.polrelid::regclass::text, 'policy', format('%%s %%s %%s to %%s using %%s check %%s',
    p.polname, p.polcmd, p.polpermissive,
    (SELECT array_agg(r::regrole::text ORDER BY 1) FROM unnest(p.polroles) AS r),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy AS p WHERE p.polrelid = ANY(%(tables)s)
UNION ALL
SELECT stxrelid::regclass::text, 'statistics', pg_get_statisticsobjdef(oid)
FROM pg_statistic_ext WHERE stxrelid = ANY(%(tables)s)
UNION ALL
SELECT r.ev_class::regclass::text, 'rule', pg_get_ruledef(r.oid)
FROM pg_rewrite AS r WHERE r.ev_class = ANY(%(tables)s)
UNION ALL
SELECT p.oid::regprocedure::text, 'function', format('%%s %%s', pg_get_userbyid(p.proowner),
    pg_get_functiondef(p.oid)) FROM pg_proc AS p WHERE p.oid = ANY(%(functions)s)
"""

_GRANTS = """
SELECT c.relname::text, NULL, g.grantee::regrole::text, g.privilege_type, g.is_grantable
FROM pg_class AS c CROSS JOIN LATERAL aclexplode(
    coalesce(c.relacl, acldefault('r', c.relowner))) AS g WHERE c.oid = ANY(%(tables)s)
UNION ALL
SELECT c.relname::text, a.attname, g.grantee::regrole::text, g.privilege_type, g.is_grantable
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
CROSS JOIN LATERAL aclexplode(a.attacl) AS g
WHERE a.attrelid = ANY(%(tables)s) AND a.attnum > 0 AND a.attacl IS NOT NULL
ORDER BY 1, 2, 3, 4
"""

_DEPENDENTS = """
WITH target AS (
    SELECT c.oid AS relation, c.reltype AS row_type, t.typarray AS rows_type
    FROM pg_class AS c JOIN pg_type AS t ON t.oid = c.reltype WHERE c.oid = ANY(%(tables)s)
), depending AS (
    SELECT d.classid, d.objid, d.refclassid FROM pg_depend AS d JOIN target AS t
        ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.relation
        OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.row_type, t.rows_type)
    WHERE d.deptype = 'n'
)
SELECT format('%%s %%s', CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END,
    c.oid::regclass), NULL::oid
FROM depending AS d JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
JOIN pg_class AS c ON c.oid = r.ev_class WHERE c.oid <> ALL(%(tables)s)
UNION
SELECT format('function %%s', p.oid::regprocedure), p.oid
FROM depending AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
UNION
SELECT format('table %%s (a column of the row type)', c.oid::regclass), NULL
FROM depending AS d JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
WHERE d.refclassid = 'pg_type'::regclass AND c.oid <> ALL(%(tables)s)
UNION
SELECT format('table %%s (inherits)', c.oid::regclass), NULL
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = ANY(%(tables)s) AND NOT c.relispartition
AND c.relnamespace::regnamespace::text <> '_timescaledb_internal'
UNION
SELECT format('policy %%s of %%s', p.polname, p.polrelid::regclass), NULL
FROM depending AS d JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
WHERE p.polrelid <> ALL(%(tables)s)
UNION
SELECT format('foreign key %%s of %%s', conname, conrelid::regclass), NULL FROM pg_constraint
WHERE confrelid = ANY(%(tables)s) AND contype = 'f' AND conparentid = 0
UNION
SELECT format('publication %%s', p.pubname), NULL
FROM pg_publication_rel AS r JOIN pg_publication AS p ON p.oid = r.prpubid
WHERE r.prrelid = ANY(%(tables)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependents:
    """What depends on some tables."""

    functions: dict[str, int]
    """Functions of the tables' own schema that take their row types: signature -> oid."""
    others: tuple[str, ...]
    """Everything else, named."""


def table_oids(connection: Connection, schema: str, tables: Sequence[str]) -> list[int]:
    """Return the object ids of some tables, in their order.

    Raises:
        ShapeError: One of them is not there.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT relname, oid FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
        "AND relname = ANY(%s) AND relkind IN ('r', 'p')",
        (schema, list(tables)),
    ).fetchall()
    oids = {str(name): int(oid) for name, oid in rows}
    missing = sorted(set(tables) - set(oids))
    if missing:
        raise ShapeError([f"{schema} has no table {name}" for name in missing])
    return [oids[name] for name in tables]


def dependents(connection: Connection, schema: str, tables: Sequence[str]) -> Dependents:
    """Return what depends on some tables beside their own indexes and constraints."""
    rows: list[tuple[Any, ...]] = connection.execute(
        _DEPENDENTS, {"tables": table_oids(connection, schema, tables)}
    ).fetchall()
    own = f"{schema}."
    functions = {
        _bare(name.removeprefix("function "), own): int(oid)
        for name, oid in rows
        if oid is not None and name.startswith(f"function {own}")
    }
    mine = set(functions.values())
    others = sorted(name for name, oid in rows if oid is None or int(oid) not in mine)
    return Dependents(functions=functions, others=tuple(others))


def demand_no_dependents(connection: Connection, shadow: Shadow, tables: Sequence[str]) -> None:
    """See that nothing but the schema's own functions depends on the live tables.

    Raises:
        DependentsError: Something does; names it.
    """
    live = dependents(connection, shadow.live, tables)
    own = dependents(connection, shadow.name, tables)
    strange = [
        f"function {shadow.live}.{f}" for f in sorted(set(live.functions) - set(own.functions))
    ]
    if live.others or strange:
        raise DependentsError([*live.others, *strange])


def demand_same_shape(connection: Connection, shadow: Shadow, tables: Sequence[str]) -> None:
    """See that live and shadow tables are alike in everything but their rows.

    Raises:
        ShapeError: They are not; names each difference.
    """
    live = _facts(connection, shadow.live, tables)
    made = _facts(connection, shadow.name, tables)
    differences = [f"only live: {row}" for row in sorted(live - made)]
    differences += [f"only in the schema files: {row}" for row in sorted(made - live)]
    if differences:
        raise ShapeError(differences)


def _facts(connection: Connection, schema: str, tables: Sequence[str]) -> set[str]:
    rows: list[tuple[Any, ...]] = connection.execute(
        _FACTS,
        {
            "tables": table_oids(connection, schema, tables),
            "functions": list(dependents(connection, schema, tables).functions.values()),
        },
    ).fetchall()
    return {_bare(f"{table}: {kind} {fact}", f"{schema}.") for table, kind, fact in rows}


def _bare(text: str, own: str) -> str:
    """Return a definition without the schema's name."""
    return text.replace(own, "")


Grant = tuple[str, str | None, str, str, bool]
"""Table, column, role, privilege, whether it may be passed on."""


def carry_grants(connection: Connection, shadow: Shadow, tables: Sequence[str]) -> None:
    """Give and take grants until the shadow tables have those of the live ones.

    Raises:
        ShapeError: They could not be made equal.
    """
    live, made = (grants(connection, each, tables) for each in (shadow.live, shadow.name))
    for grant in sorted(made - live, key=str):
        connection.execute(_statement(shadow, grant, "REVOKE", "FROM"))
    for grant in sorted(live - made, key=str):
        connection.execute(_statement(shadow, grant, "GRANT", "TO"))
    left = live ^ grants(connection, shadow.name, tables)
    if left:
        raise ShapeError([f"grant {grant}" for grant in sorted(left, key=str)])


def grants(connection: Connection, schema: str, tables: Sequence[str]) -> set[Grant]:
    """Return every grant on some tables and their columns."""
    rows: list[tuple[Any, ...]] = connection.execute(
        _GRANTS, {"tables": table_oids(connection, schema, tables)}
    ).fetchall()
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}


def _statement(shadow: Shadow, grant: Grant, verb: str, word: str) -> sql.Composed:
    table, column, role, privilege, grantable = grant
    columns = sql.SQL("") if column is None else sql.SQL(" ({})").format(sql.Identifier(column))
    passing = sql.SQL(" WITH GRANT OPTION" if grantable and verb == "GRANT" else "")
    return sql.SQL("{verb} {privilege}{columns} ON {table} {word} {role}{passing}").format(
        verb=sql.SQL(verb),
        privilege=sql.SQL(privilege),
        columns=columns,
        table=sql.Identifier(shadow.name, table),
        word=sql.SQL(word),
        role=sql.SQL("PUBLIC") if role == "-" else sql.SQL(role),
        passing=passing,
    )
