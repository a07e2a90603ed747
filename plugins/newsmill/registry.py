"""What is known of each outlet: `include/outlets/<slug>.yaml` -> Outlet.

Owns the facts and how an outlet is found for a record. Keep out: what a stage does with a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from newsmill.model import NewsmillError
from newsmill.yamlfile import YamlError, load_file

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_SLUG = 64
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@cache
def _zones() -> frozenset[str]:
    """Return the names of all time zones; finding them reads some hundreds of files."""
    return frozenset(available_timezones())


class RegistryError(NewsmillError):
    """An outlet's file has a mistake; the text names file, key and value."""


class RowsPerRun(BaseModel):
    """How many articles of an outlet a run is expected to bring, when it brings any."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min: int = Field(0, ge=0)
    max: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> RowsPerRun:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max ({self.max}) is less than min ({self.min})")
        return self


class Outlet(BaseModel):
    """A publisher's facts. One that has no file has only its slug and the defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str = ""
    name: str | None = None
    aliases: tuple[str, ...] = ()  # other names that it prints of itself
    hosts: tuple[str, ...] = ()  # web hosts; "www." need not be said
    timezone: str = "UTC"  # of dates that it prints without one
    language: str | None = Field(None, pattern="^[a-z]{2}$")
    rows_per_run: RowsPerRun = RowsPerRun()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in _zones():
            raise ValueError("no such time zone; use a name of the tz database such as Europe/Berlin")
        return zone

    @field_validator("hosts")
    @classmethod
    def _plain_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not HOST.fullmatch(host):
                raise ValueError(f"{host!r} is no host name; write it like example.org, in lower case")
        return tuple(host.removeprefix("www.") for host in hosts)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its zoneless dates."""
        return ZoneInfo(self.timezone)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the outlet is known to print of itself."""
        return tuple(filter(None, (self.name, *self.aliases)))


@dataclass(frozen=True, slots=True)
class Registry:
    """All outlets that have a file, by slug and by host."""

    outlets: dict[str, Outlet]
    by_host: dict[str, Outlet]

    def get(self, slug: str) -> Outlet:
        """Return the outlet's facts, or the defaults where it has no file."""
        without_file = _remembered if len(slug) <= MAX_SLUG else _without_file
        return self.outlets.get(slug) or without_file(slug)

    def resolve(self, *, given: str | None, url: str | None, folder: str | None) -> Outlet:
        """Find a record's outlet: the given one, by the URL's host, the folder, a slug of the host.

        The slug comes back as it was given: one that is not well formed fails validation later, by name, and so does
        every name that only looks like another one. Without any of the four the slug is `unknown`.
        """
        if given:
            return self.get(given)
        host = host_of(url)
        known = self._of_host(host)
        if known:
            return known
        return self.get(folder or slug_of(_in_ascii(host)) or "unknown")

    def _of_host(self, host: str) -> Outlet | None:
        labels = host.split(".")
        candidates = (".".join(labels[start:]) for start in range(len(labels) - 1))
        return next((self.by_host[name] for name in candidates if name in self.by_host), None)


def _without_file(slug: str) -> Outlet:
    return Outlet.model_construct(slug=slug)


_remembered = lru_cache(maxsize=256)(_without_file)


def host_of(url: str | None) -> str:
    """Return a URL's host in lower case without `www.`; empty where there is none."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")


def slug_of(text: str) -> str:
    """Return a slug of `[a-z0-9-]`, 64 characters at most, or an empty string."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_SLUG].strip("-")


def _in_ascii(host: str) -> str:
    """Return a host with labels beyond ASCII as DNS writes them (RFC 3492), so that no two become one slug.

    Without RFC 3490's mapping: a label in full-width letters is another than the one in plain letters.
    """
    labels = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in host.split("."))
    return ".".join(labels)


def outlet_slugs(folder: Path) -> list[str]:
    """Return the names of a registry's outlets without reading their files."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_registry(folder: Path) -> Registry:
    """Read every `*.yaml` of a folder.

    Raises:
        RegistryError: a file has a mistake, its name is no slug, or two outlets claim one host.
    """
    return build_registry(_load_outlet(path) for path in sorted(folder.glob("*.yaml")))


def build_registry(outlets: Iterable[Outlet]) -> Registry:
    """Make a registry of outlets.

    Raises:
        RegistryError: two outlets claim one host.
    """
    by_slug: dict[str, Outlet] = {}
    by_host: dict[str, Outlet] = {}
    for outlet in outlets:
        by_slug[outlet.slug] = outlet
        for host in outlet.hosts:
            if host in by_host:
                raise RegistryError(
                    f"{outlet.slug}.yaml: hosts: {host!r} is claimed by {by_host[host].slug}.yaml too; keep one"
                )
            by_host[host] = outlet
    return Registry(by_slug, by_host)


def _load_outlet(path: Path) -> Outlet:
    if not SLUG.fullmatch(path.stem) or len(path.stem) > MAX_SLUG:
        raise RegistryError(f"{path}: the file's name {path.stem!r} is no slug of a-z, 0-9 and -")
    try:
        outlet = load_file(path, Outlet)
    except YamlError as error:
        raise RegistryError(str(error)) from None
    if outlet.slug not in ("", path.stem):
        raise RegistryError(f"{path}: slug: {outlet.slug!r} is not the file's name; leave it out")
    return outlet.model_copy(update={"slug": path.stem})
