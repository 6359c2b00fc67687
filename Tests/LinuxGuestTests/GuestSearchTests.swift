import Foundation
import TestSupport
import Testing

@testable import LinuxGuest

@Suite struct GuestSearchTests {
  @Test(
    arguments: [
      (["VPMU_LINUX_GUEST": "/g", "HOME": "/h"], "/g"),
      (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/vpmu/linux-guest"),
      (["XDG_CACHE_HOME": "relative", "HOME": "/h"], "/h/.cache/vpmu/linux-guest"),
      (["XDG_CACHE_HOME": "", "HOME": "/h"], "/h/.cache/vpmu/linux-guest"), ([:], nil),
    ] as [([String: String], String?)])
  func `The made folder is where the environment says`(_ environment: [String: String], _ folder: String?) {
    #expect(GuestSearch(environment: { environment[$0] }, programDirectory: "/p").folder == folder)
  }

  @Test func `What is built with the program is in its directory or in lib/vpmu`() {
    let search = GuestSearch(folder: nil, path: [], programDirectory: "/usr/local/bin")
    #expect(search.besides == ["/usr/local/bin", "/usr/local/lib/vpmu"])
    #expect(throws: LinuxGuestError.noPlugin(searched: search.besides)) { try search.plugin() }
    #expect("\(LinuxGuestError.noPlugin(searched: search.besides))".contains("--plain"))
  }

  @Test func `A machine that lacks all is named what to make`() throws {
    let search = GuestSearch(folder: "/nowhere", path: [], programDirectory: "/")
    #expect {
      try GuestPrograms.find(search)
    } throws: { error in
      "\(error)".contains("QEMU 11.1 or later") && "\(error)".contains("make linux-guest")
    }
  }

  @Test func `A folder that was made only in part is none`() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "root/boot"), withIntermediateDirectories: true)
    let search = GuestSearch(folder: folder.url.path, path: [], programDirectory: "/")
    #expect(GuestPrograms.made(search) == nil)
  }

  @Test func `An older QEMU is refused with its version`() throws {
    let folder = try TemporaryFolder()
    for (name, text) in [("qemu-system-x86_64", "echo 'QEMU emulator version 10.2.1'"), ("virtiofsd", "true")] {
      let file = folder.url.appending(path: name)
      try Data("#!/bin/sh\n\(text)\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    let kernel = folder.url.appending(path: "vmlinuz-1").path
    try Data().write(to: URL(filePath: kernel))
    let search = GuestSearch(folder: nil, path: [folder.url.path], programDirectory: "/")
    let old = LinuxGuestError.oldQEMU(
      path: folder.url.path + "/qemu-system-x86_64", version: QEMUVersion(major: 10, minor: 2))
    #expect(throws: old) { try GuestPrograms.find(search, kernel: kernel) }
    #expect("\(old)".contains("10.2") && "\(old)".contains("11.1"))
  }

  @Test func `The newest kernel is that of the highest numbers, as an ELF file where there is one`() {
    let names = ["vmlinuz-6.9.0", "vmlinuz-6.12.3", "vmlinux-6.12.3", "config-6.12.3"]
    let kernel = GuestKernel.newest(of: names, in: "/b", modules: "/m") { _ in true }
    #expect(kernel == GuestKernel(path: "/b/vmlinux-6.12.3", modules: "/m/6.12.3"))
    let image = GuestKernel.newest(of: names, in: "/b", modules: "/m") { !$0.contains("vmlinux") }
    #expect(image?.path == "/b/vmlinuz-6.12.3")
    #expect(GuestKernel.newest(of: names, in: "/b", modules: "/m") { $0.hasPrefix("/b") } == nil)
  }

  @Test func `Modules come after those that they need; what is built in is left out`() {
    let modules = KernelModules(
      dependencies: """
        kernel/fs/fuse/virtiofs.ko.xz: kernel/fs/fuse/fuse.ko.xz kernel/drivers/virtio/virtio.ko.xz
        kernel/fs/fuse/fuse.ko.xz:
        kernel/drivers/virtio/virtio-ring.ko.xz:
        kernel/drivers/virtio/virtio.ko.xz: kernel/drivers/virtio/virtio-ring.ko.xz
        """, order: nil)
    #expect(
      modules.ordered(["virtio_console", "virtiofs"]).map(KernelModules.name)
        == ["virtio_ring", "virtio", "fuse", "virtiofs"])
    let order = KernelModules(dependencies: nil, order: "kernel/fs/overlayfs/overlay.ko\n")
    #expect(order.ordered(KernelModules.needed) == ["kernel/fs/overlayfs/overlay.ko"])
  }

  @Test func `Modules that depend on each other end`() {
    let modules = KernelModules(dependencies: "a.ko: b.ko\nb.ko: a.ko\n", order: nil)
    #expect(modules.ordered(["a"]).sorted() == ["a.ko", "b.ko"])
  }
}
