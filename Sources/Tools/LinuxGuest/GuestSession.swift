import Glibc

/// A guest that runs: moves bytes between the command's streams and those of this process until the command ends.
final class GuestSession {
  private enum Phase { case booting, running, ended(Int32) }

  /// A guest boots in seconds; one that has not in this time does not, on a machine however slow.
  private static let bootLimit = 300.0
  /// Seconds that the command has after SIGTERM, at the time limit or when this process is asked to end.
  private static let grace = 3.0
  /// Seconds for QEMU's plugin to finish what it writes.
  private static let exitLimit = 20.0

  private let qemu: ChildProgram
  private let channel: Int32
  private let signals: GuestSignals
  private let hasTerminal: Bool
  private let terminal = HostTerminal()
  private let timeLimit: Double?
  private let start = Clock.seconds
  private var progress: BootProgress
  private var console: KernelConsole
  private var messages: ProgramMessages
  private var phase = Phase.booting
  private var reader = FrameReader()
  private var toGuest: [UInt8] = []
  private var output = OutputStream(STDOUT_FILENO)
  private var errors = OutputStream(STDERR_FILENO)
  private var reportedClosed: Set<Int32> = []
  private var inputIsOpen = true
  /// Bytes of standard input that the guest has not taken yet.
  private var inputOnItsWay = 0
  /// The guest ends at this time, with this status, if the command does not end before.
  private var ending: (time: Double, status: Int32)?

  init(
    qemu: ChildProgram, channel: Int32, console: Int32, messages: Int32, signals: GuestSignals,
    terminal: GuestCommand.Terminal?, timeLimit: Double?, showsKernelMessages: Bool, report: GuestReport
  ) {
    self.qemu = qemu
    self.channel = channel
    self.signals = signals
    self.timeLimit = timeLimit
    hasTerminal = terminal != nil
    progress = BootProgress(report)
    self.console = KernelConsole(console, isShown: showsKernelMessages, report)
    self.messages = ProgramMessages(messages, report)
  }

  /// - Returns: the exit status
  func run() throws(LinuxGuestError) -> Int32 {
    defer {
      progress.end()
      terminal.restore()
    }
    while true {
      if case .ended(let status) = phase, output.pending.isEmpty, errors.pending.isEmpty {
        qemu.end(within: Self.exitLimit)
        messages.receive()
        return status
      }
      if let status = try checkTimes() {
        qemu.end(within: Self.exitLimit)
        messages.receive()
        return status
      }
      try wait()
      try checkPrograms()
    }
  }

  private func wait() throws(LinuxGuestError) {
    var isRunning = false
    if case .running = phase { isRunning = true }
    let readsInput = isRunning && inputIsOpen && inputOnItsWay < Frame.mostBytes
    let readsChannel = output.pending.isEmpty && errors.pending.isEmpty
    // A negative descriptor is not polled.
    var polled = [
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: channel, events: Int16((readsChannel ? POLLIN : 0) | (toGuest.isEmpty ? 0 : POLLOUT)), revents: 0),
      pollfd(fd: console.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: messages.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: readsInput ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: output.pending.isEmpty ? -1 : STDOUT_FILENO, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: errors.pending.isEmpty ? -1 : STDERR_FILENO, events: Int16(POLLOUT), revents: 0),
    ]
    poll(&polled, nfds_t(polled.count), 200)
    if polled[0].revents != 0 { handleSignals() }
    if polled[2].revents != 0 { console.receive() }
    if polled[3].revents != 0 { messages.receive() }
    if polled[4].revents != 0 { try readInput() }
    if polled[5].revents != 0 { output.flush() }
    if polled[6].revents != 0 { errors.flush() }
    for stream in [output, errors] where stream.isClosed && reportedClosed.insert(stream.descriptor).inserted {
      send(.close, [UInt8(stream.descriptor)])
    }
    if polled[1].revents & Int16(POLLOUT) != 0 {
      toGuest.removeFirst((try? Descriptor.write(toGuest, to: channel)) ?? toGuest.count)
    }
    if readsChannel, polled[1].revents & ~Int16(POLLOUT) != 0 { try receive() }
  }

  // MARK: From the guest

  private func receive() throws(LinuxGuestError) {
    guard let bytes = try Descriptor.read(channel) else { return }
    reader.append(bytes)
    while let frame = try reader.next() { try handle(frame) }
  }

  private func handle(_ frame: Frame) throws(LinuxGuestError) {
    switch frame.kind {
    case .started:
      progress.end()
      phase = .running
      if hasTerminal {
        terminal.makeRaw()
        console.isOnRawTerminal = true
        sendWindow()
      }
    case .output: output.append(frame.data)
    case .errors: errors.append(frame.data)
    case .taken: inputOnItsWay -= min(Int(frame.number), inputOnItsWay)
    case .exit:
      if case .ended = phase { return }
      phase = .ended(ending?.status ?? Int32(truncatingIfNeeded: frame.number & 0xFF))
    case .failure: throw .guest(String(decoding: frame.data, as: UTF8.self))
    case .input, .window, .signal, .close: throw .protocol
    }
  }

  // MARK: To the guest

  private func send(_ kind: Frame.Kind, _ data: [UInt8] = []) { toGuest += Frame(kind: kind, data: data).bytes }

  private func sendWindow() {
    let size = HostTerminal.size
    send(.window, [size.rows, size.columns].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
  }

  private func readInput() throws(LinuxGuestError) {
    // An input that can't be read, as with a closed descriptor, has ended.
    let bytes = (try? Descriptor.read(STDIN_FILENO, most: Frame.mostBytes - inputOnItsWay)) ?? nil
    if bytes == nil { inputIsOpen = false }
    guard bytes?.isEmpty != true else { return }
    inputOnItsWay += bytes?.count ?? 0
    send(.input, bytes ?? [])
  }

  // MARK: Ends

  private func handleSignals() {
    while let number = signals.next() {
      switch number {
      case SIGCHLD: break
      case SIGWINCH: if hasTerminal, case .running = phase { sendWindow() }
      default: handleEnd(number)
      }
    }
  }

  /// The first signal is the command's; a second one, or one before it runs, ends the guest.
  private func handleEnd(_ number: Int32) {
    let status = LinuxGuest.Status.signal + number
    guard case .running = phase, ending == nil else {
      ending = (Clock.seconds, ending?.status ?? status)
      return
    }
    send(.signal, [UInt8(number)])
    // Many a command handles SIGINT and goes on; it has all the time it needs. The next one is final.
    interrupts += 1
    if number != SIGINT { ending = (Clock.seconds + Self.grace, status) }
    if number == SIGINT, interrupts > 1 { ending = (Clock.seconds, status) }
  }

  private var interrupts = 0

  /// - Returns: the exit status, if the guest is to end now
  private func checkTimes() throws(LinuxGuestError) -> Int32? {
    let now = Clock.seconds
    if let ending, now >= ending.time { return ending.status }
    if case .ended = phase { return nil }
    if let timeLimit, ending == nil, now - start >= timeLimit {
      send(.signal, [UInt8(SIGTERM)])
      ending = (now + (isBooting ? 0 : Self.grace), LinuxGuest.Status.timeLimit)
    }
    if isBooting {
      progress.show(seconds: now - start)
      if now - start >= Self.bootLimit {
        throw .notStarted(seconds: Int(Self.bootLimit), text: console.text + messages.text)
      }
    }
    return nil
  }

  private var isBooting: Bool { if case .booting = phase { true } else { false } }

  private func checkPrograms() throws(LinuxGuestError) {
    guard qemu.hasEnded else { return }
    // What was sent before it ended.
    while let bytes = try Descriptor.read(channel), !bytes.isEmpty { reader.append(bytes) }
    while let frame = try reader.next() { try handle(frame) }
    if case .ended = phase { return }
    console.receive()
    messages.receive()
    throw .ended(program: qemu.name, text: messages.text + console.text)
  }
}
