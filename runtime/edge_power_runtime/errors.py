"""What can go wrong, as one tree; every message says what was found, what was expected, where, and the fix."""


class EdgePowerError(Exception):
    """The root: catch this to catch everything that edge-power raises on purpose."""


class InputError(EdgePowerError):
    """A text, an option or a path that the caller gave cannot be used."""


class RetentionError(EdgePowerError):
    """A retention schedule, a configuration or a list of kept words breaks its own rules."""


class BundleError(EdgePowerError):
    """A bundle is incomplete, altered or malformed."""


class SchemaVersionError(BundleError):
    """A bundle is written in a newer format than this runtime reads."""


class EngineError(EdgePowerError):
    """An engine failed to load or to run a program."""


class MissingEngineError(EngineError):
    """The engine is known, and its Python package is not installed."""


class UnsupportedEngineError(EngineError):
    """No session of this runtime runs such an engine."""


class VerificationError(EdgePowerError):
    """A bundle on this device does not do what its golden examples say."""
