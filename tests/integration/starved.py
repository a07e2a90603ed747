"""Take the room, or the permission, from a folder of a process; with the kernel's own means.

Owns mounts, capabilities and modes. Mounts and capabilities are those of the process that calls, for good, and nothing
outside it is changed; so call in a child that is forked for it, before it has threads.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_NAMESPACE, NEW_USER = 0x00020000, 0x10000000
PRIVATE, RECURSIVE, REMOUNT = 1 << 18, 1 << 14, 1 << 5
CAPABILITIES = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
OVERRIDES = 0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root write and read everywhere
PAGE = 4096
AMPLE = b"size=64m"


def leave_mounts() -> None:
    """Give this process mounts of its own; who may not have them may have them as a namespace's root.

    Raises:
        OSError: this machine lets nobody.
    """
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", NEW_NAMESPACE)
    except PermissionError:
        _call("unshare", NEW_NAMESPACE | NEW_USER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _call("mount", b"none", b"/", None, PRIVATE | RECURSIVE, None)


def fill(folder: Path, spare: int = 0) -> None:
    """Put a disk of its own under a folder, with what is in it and so many bytes to spare."""
    leave_mounts()
    copy = Path(f"{folder}.copy")
    shutil.copytree(folder, copy) if folder.is_dir() else copy.mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    size = sum(-(-path.stat().st_size // PAGE) * PAGE for path in copy.rglob("*") if path.is_file())
    _call("mount", b"tmpfs", bytes(folder), b"tmpfs", 0, f"size={max(size + spare, PAGE)}".encode())
    shutil.copytree(copy, folder, dirs_exist_ok=True)
    shutil.rmtree(copy)
    if not size and not spare:  # a disk of no byte has no bound
        (folder / ".filler").write_bytes(bytes(PAGE))


def empty(folder: Path) -> None:
    """Make the disk under a folder large."""
    _call("mount", b"tmpfs", bytes(folder), b"tmpfs", REMOUNT, AMPLE)
    (folder / ".filler").unlink(missing_ok=True)


def close(place: Path) -> None:
    """Take the right to write into folders, or a file, from this process."""
    _forbid(place, 0o500 if place.is_dir() else 0o400)


def hide(folder: Path) -> None:
    """Take the right to list folders; what is in them can be reached by its name."""
    _forbid(folder, 0o300)


def lock_files(folder: Path) -> None:
    """Take all rights to the files in a folder; they can be listed, removed and replaced."""
    obey_permissions()
    for path in _files(folder):
        path.chmod(0)


def unlock_files(folder: Path) -> None:
    """Give them back."""
    for path in _files(folder):
        path.chmod(0o600)


def open_up(place: Path) -> None:
    """Give back the rights to folders, or a file."""
    place.chmod(0o700)
    for path in place.iterdir() if place.is_dir() else ():
        if path.is_dir():
            open_up(path)


def bound_files(size: int) -> None:
    """Let no file of this process become larger."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def free_files() -> None:
    """Let files become as large as they want again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def obey_permissions() -> None:
    """Give up what lets root write and read everywhere; others obey as they are."""
    if os.getuid():
        return
    head = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    sets = (ctypes.c_uint32 * 6)()
    _call("capget", head, sets)
    for place in range(3):  # effective, permitted, inheritable, of the first 32
        sets[place] &= ~OVERRIDES
    _call("capset", head, sets)


def _forbid(place: Path, mode: int) -> None:
    obey_permissions()
    if not place.exists():
        place.mkdir(parents=True)
    for path in [*(path for path in place.rglob("*") if path.is_dir()), place]:
        path.chmod(mode)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _call(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
