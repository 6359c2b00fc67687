import TestSupport

/// What of Python a machine may lack.
enum Python {
  /// Python 3.10 or later, which the scripts are written for.
  static let isThere: Bool = {
    let program = try? Program.run(
      ["python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))"], limit: 30)
    return program?.status == 0
  }()

  static let hasUnicorn = (try? Program.run(["python3", "-c", "import unicorn"], limit: 30))?.status == 0
}
