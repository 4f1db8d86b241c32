"""Makes this process, and those that it starts, a faulty one: modules are compiled from their altered source."""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from tests.faults.catalogue import FAULTS
from tests.faults.fault import Fault
from tests.faults.front import Answer, AsgiFront, WsgiFront

# Where the applications are made, and where something can be put in front of them.
FACTORIES = ("flask_impl.app", "fastapi_impl.app")


def inject(name: str) -> None:
    """Let the fault `name` befall every module that is imported from now on; raises KeyError for an unknown one."""
    sys.meta_path.insert(0, _Finder(FAULTS[name]))


class _Finder:
    """Finds the modules that a fault alters."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._modules = {change.module for change in fault.changes} | (set(FACTORIES) if fault.rewrite else set())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is, as the import system asks."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self._modules else None
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin, self._fault)
        return spec


class _Loader(SourceFileLoader):
    """Compiles a module's source with the fault in it, and leaves Python's cache of compiled files alone."""

    def __init__(self, fullname: str, path: str, fault: Fault) -> None:
        super().__init__(fullname, path)
        self._fault = fault

    def get_code(self, fullname: str) -> CodeType:
        """The code of the faulty module."""
        source = self._fault.applied(fullname, self.get_data(self.path).decode())
        code: CodeType = compile(source, self.path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Make the module, and put the fault in front of the applications that it makes."""
        super().exec_module(module)
        if self._fault.rewrite and module.__name__ in FACTORIES:
            vars(module)["create_app"] = _fronted(module.create_app, self._fault.rewrite)


def _fronted(create_app: Callable[..., Any], rewrite: Callable[[Answer], None]) -> Callable[..., Any]:
    def create(*args: Any) -> Any:
        app = create_app(*args)
        if hasattr(app, "wsgi_app"):
            app.wsgi_app = WsgiFront(app.wsgi_app, rewrite)
        else:
            app.add_middleware(AsgiFront, rewrite=rewrite)
        return app

    return create
