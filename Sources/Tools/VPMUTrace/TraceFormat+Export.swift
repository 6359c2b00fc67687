/// The format's types, for everyone who replays traces.
@_exported import TraceFormat
