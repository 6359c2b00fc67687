import Foundation
import TestSupport
import Testing
import VPMUSkeleton

@Suite("Writing a new plugin")
struct WritingTests {
  @Test("makes one directory with all files")
  func files() throws {
    let folder = try TemporaryFolder()
    let skeleton = try Skeleton(name: "acme", language: .swift(package: SkeletonTests.repository.path))
    let paths = try skeleton.write(in: folder.url.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["acme"])
    #expect(paths == skeleton.files.map { folder.url.path + "/acme/" + $0.path })
    for file in skeleton.files {
      let text = try String(contentsOf: folder.url.appending(path: "acme/\(file.path)"), encoding: .utf8)
      #expect(text == file.text)
    }
    #expect(paths.contains { $0.hasSuffix("/acme/Sources/VPMUAcme/AcmeModel.swift") })
  }

  @Test("leaves what is there as it is, be it a directory, a file or a link to nowhere")
  func exists() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "acme").path
    let skeleton = try Skeleton(name: "acme", language: .c)
    for make in [
      { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) },
      { try Data("mine".utf8).write(to: URL(filePath: path)) },
      { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nowhere") },
    ] {
      try make()
      #expect(throws: SkeletonError.exists(path: path)) { try skeleton.write(in: folder.url.path) }
      #expect(try folder.contents() == ["acme"])
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test("leaves nothing if a file can't be made")
  func failure() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "new").path
    var tree = try NewTree(at: path)
    let file = try #require(
      try Skeleton(name: "acme", language: .swift(package: SkeletonTests.repository.path)).files.first)
    try tree.add(file)
    #expect(tree.files.count == 1)
    #expect(throws: SkeletonError.unwritable(path: "\(path)/\(file.path)", errno: EEXIST)) { try tree.add(file) }
    tree.remove()
    #expect(try folder.contents().isEmpty)
  }

  @Test("in a directory that is not there is an error")
  func noParent() throws {
    let skeleton = try Skeleton(name: "acme", language: .c)
    #expect(throws: SkeletonError.unwritable(path: "/nowhere/acme", errno: ENOENT)) {
      try skeleton.write(in: "/nowhere")
    }
  }
}

@Suite("The package vpmu")
struct VPMUPackageTests {
  @Test("is the nearest directory above that holds it, of the first path that is in one")
  func above() throws {
    let folder = try TemporaryFolder()
    for path in [
      "outer/Sources/PMU/VPMUPluginKit", "outer/inner/Sources/PMU/VPMUPluginKit", "outer/inner/.build/release",
    ] {
      try FileManager.default.createDirectory(
        at: folder.url.appending(path: path), withIntermediateDirectories: true)
    }
    for path in ["outer", "outer/inner"] {
      try Data().write(to: folder.url.appending(path: "\(path)/Package.swift"))
    }
    let root = folder.url.path
    #expect(VPMUPackage.find(above: ["\(root)/outer/inner/.build/release/vpmu"]) == "\(root)/outer/inner")
    #expect(VPMUPackage.find(above: ["\(root)/outer/other", "\(root)/outer/inner"]) == "\(root)/outer")
    #expect(VPMUPackage.find(above: [root, "\(root)/outer/inner"]) == "\(root)/outer/inner")
    #expect(VPMUPackage.find(above: [root, "/", ""]) == nil)
  }

  @Test("is refused where it is not", arguments: ["/nowhere", "/"])
  func given(path: String) {
    #expect(throws: SkeletonError.notThePackage(path: path)) { try VPMUPackage.find(path) }
  }
}
