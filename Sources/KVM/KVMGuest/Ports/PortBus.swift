import CKVM

/// The devices of a machine. A port that none has reads as all ones and takes everything.
struct PortBus {
  let devices: [any PortDevice]

  /// Carries out an I/O exit, which may be of several items (INS, OUTS).
  func perform(_ run: UnsafeMutablePointer<kvm_run>) {
    let exit = ckvm_io(run).pointee
    let size = Int(exit.size)
    let device = devices.first { $0.ports.contains(exit.port) }
    for item in 0..<Int(exit.count) {
      let bytes = UnsafeMutableRawBufferPointer(start: ckvm_io_data(run) + item * size, count: size)
      guard exit.direction == UInt8(KVM_EXIT_IO_OUT) else {
        var value = device?.read(exit.port, size: size) ?? .max
        for index in bytes.indices {
          bytes[index] = UInt8(truncatingIfNeeded: value)
          value >>= 8
        }
        continue
      }
      device?.write(exit.port, bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }, size: size)
    }
  }
}
