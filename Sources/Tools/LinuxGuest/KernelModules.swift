/// The modules that a guest's first process loads, with those that they depend on.
struct KernelModules {
  /// What is not built into every kernel. overlay only serves that files of /tmp are seen in the guest.
  static let needed = ["virtio_pci", "virtio_console", "virtiofs", "overlay"]

  /// Paths below the kernel's module directory, by module name.
  private var paths: [String: String] = [:]
  private var dependencies: [String: [String]] = [:]

  /// - Parameters:
  ///   - dependencies: the text of modules.dep: a module's path, a colon, the paths of those that it needs
  ///   - order: that of modules.order, where there is no modules.dep: paths without the compression's suffix
  init(dependencies: String?, order: String?) {
    for line in (dependencies ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard let path = parts.first else { continue }
      paths[Self.name(of: path)] = String(path)
      self.dependencies[Self.name(of: path)] = parts.dropFirst().flatMap { $0.split(separator: " ").map(Self.name) }
    }
    guard dependencies == nil else { return }
    for path in (order ?? "").split(separator: "\n") { paths[Self.name(of: path)] = String(path) }
  }

  /// `kernel/fs/overlayfs/overlay.ko.xz` is `overlay`; dashes are underscores.
  static func name(of path: some StringProtocol) -> String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.prefix { $0 != "." }.map { $0 == "-" ? "_" : $0 })
  }

  /// The paths of these modules, each after those that it depends on. A name that is not among them is built in.
  func ordered(_ names: [String]) -> [String] {
    var result: [String] = []
    var visited: Set<String> = []
    func visit(_ name: String) {
      guard visited.insert(name).inserted, let path = paths[name] else { return }
      // modules.dep has the nearest one first.
      for dependency in (dependencies[name] ?? []).reversed() { visit(dependency) }
      result.append(path)
    }
    for name in names { visit(name) }
    return result
  }
}

extension KernelModules {
  /// The files of a kernel's module directory that a guest loads: name and contents, in the order of loading.
  static func files(in directory: String?) -> [(name: String, contents: [UInt8])] {
    guard let directory else { return [] }
    let modules = KernelModules(
      dependencies: HostFile.text(directory + "/modules.dep"), order: HostFile.text(directory + "/modules.order"))
    return modules.ordered(needed).compactMap { path in
      for suffix in ["", ".xz", ".zst", ".gz"] {
        guard let contents = try? HostFile.read("\(directory)/\(path)\(suffix)") else { continue }
        return ((path + suffix).split(separator: "/").last.map(String.init) ?? path, contents)
      }
      return nil
    }
  }
}
