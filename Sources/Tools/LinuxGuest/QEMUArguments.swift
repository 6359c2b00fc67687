/// QEMU's command line. What QEMU opens it gets as descriptors: nothing has a name in a file system.
struct QEMUArguments {
  /// Descriptors that QEMU inherits.
  struct Descriptors {
    var initialRAMDisk: Int32
    /// Connections with virtiofsd: of this machine's files, and of the directory.
    var files: Int32
    /// Nil if the directory is the root.
    var directory: Int32?
    /// Frames.
    var channel: Int32
    /// The kernel's console.
    var console: Int32

    var all: [Int32] { [initialRAMDisk, files, channel, console] + (directory.map { [$0] } ?? []) }
  }

  static func words(
    _ programs: GuestPrograms, _ configuration: GuestConfiguration, _ descriptors: Descriptors
  ) throws(LinuxGuestError) -> [String] {
    guard let cpu = EmulatedCPU.option(forModel: configuration.model) else { throw .model(configuration.model) }
    var words = programs.qemu.words
    for directory in programs.firmware { words += ["-L", directory] }
    words += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    words += ["-machine", "pc,hpet=off,usb=off,memory-backend=memory"]
    words += ["-object", "memory-backend-memfd,id=memory,size=\(configuration.memory)M,share=on"]
    words += ["-m", "\(configuration.memory)M", "-smp", "\(configuration.vcpus)", "-cpu", cpu]
    if configuration.countsInstructions {
      words += ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
    } else {
      words += ["-accel", "tcg,thread=multi"]
    }
    words += ["-kernel", programs.kernel.path, "-initrd", "/proc/self/fd/\(descriptors.initialRAMDisk)"]
    words += ["-append", KernelCommandLine.text(configuration)]
    words += fileSystem("files", descriptors.files)
    if let directory = descriptors.directory { words += fileSystem("directory", directory) }
    words += ["-chardev", "socket,id=console,fd=\(descriptors.console)", "-serial", "chardev:console"]
    words += ["-device", "virtio-serial-pci", "-chardev", "socket,id=channel,fd=\(descriptors.channel)"]
    words += ["-device", "virtserialport,chardev=channel,name=vpmu"]
    if let plugin = configuration.plugin { words += ["-plugin", plugin.text] }
    return words
  }

  private static func fileSystem(_ name: String, _ descriptor: Int32) -> [String] {
    [
      "-chardev", "socket,id=\(name),fd=\(descriptor)", "-device",
      "vhost-user-fs-pci,chardev=\(name),tag=\(name),queue-size=256",
    ]
  }
}
