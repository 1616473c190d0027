"""What the delegate takes of a lowered program, counted by kind of operation."""

from torch.export import ExportedProgram

from edge_power_runtime.bundle.programs import Delegation

# Nodes of a lowered graph that only name one of several results; nothing runs for them.
UNPACK = frozenset({"getitem"})


def count_delegated(lowered: ExportedProgram) -> Delegation | None:
    """Count the operations of a lowered program that its delegate took, and those that it left; None without one."""
    from executorch.devtools.backend_debug import get_delegation_info

    module = lowered.graph_module
    kinds = [kind for kind in get_delegation_info(module).delegation_by_operator.values() if kind.op_type not in UNPACK]
    backends = {part.backend_id for part in module.children() if hasattr(part, "backend_id")}
    if not backends:
        return None
    kinds.sort(key=lambda kind: kind.op_type)
    return Delegation(
        delegate=", ".join(sorted(backends)),
        inside={kind.op_type: kind.delegated for kind in kinds if kind.delegated},
        outside={kind.op_type: kind.non_delegated for kind in kinds if kind.non_delegated},
    )
