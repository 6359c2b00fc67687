import KVMGuest
import Testing

@Suite("A device on ports")
struct PortTests {
  @Test("the serial line sends what is written, is always ready, and does not take the divisor for text")
  func serial() {
    let text = Bytes()
    let serial = SerialPort { text.bytes.append($0) }
    #expect(serial.ports == 0x3F8...0x3FF)
    serial.write(0x3FB, 0x83, size: 1)
    serial.write(0x3F8, 1, size: 1)
    serial.write(0x3F9, 0, size: 1)
    serial.write(0x3FB, 3, size: 1)
    #expect(serial.read(0x3FB, size: 1) == 3)
    #expect(serial.read(0x3FD, size: 1) == 0x60)
    for byte in "hi\n".utf8 { serial.write(0x3F8, UInt32(byte), size: 1) }
    #expect(text.bytes == Array("hi\n".utf8))
    #expect(serial.read(0x3F8, size: 1) == 0)
    #expect(serial.read(0x3FA, size: 1) == 1)
  }

  @Test(
    "the exit port's status is value * 2 + 1", arguments: [(0, 1), (1, 3), (127, 255), (128, 1), (0xFFFF_FFFF, 255)])
  func exit(value: UInt32, status: Int32) {
    let port = ExitPort()
    #expect(port.value == nil && port.status == nil)
    port.write(0xF4, value, size: 4)
    #expect(port.value == value && port.status == status)
  }

  @Test("the firmware configuration gives an item byte by byte, then zeros")
  func firmware() {
    let device = FirmwareConfiguration(cpus: 0x102, memory: 0x1_0000_0000)
    func item(_ key: UInt32, _ count: Int) -> [UInt32] {
      device.write(0x510, key, size: 2)
      return (0..<count).map { _ in device.read(0x511, size: 1) }
    }
    #expect(item(0, 5) == "QEMU".utf8.map { UInt32($0) } + [0])
    #expect(item(5, 3) == [2, 1, 0])
    #expect(item(3, 8) == [0, 0, 0, 0, 1, 0, 0, 0])
    #expect(item(0x1234, 2) == [0, 0])
    #expect(item(5, 1) == [2])
  }
}

private final class Bytes {
  var bytes: [UInt8] = []
}
