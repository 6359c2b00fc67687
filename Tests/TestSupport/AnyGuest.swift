import AMDModel
import IntelModel
import SimulatedHost
import VPMUCore
import VPMUModel

/// A vendor's model with one of its presets: what tests are parameterised over.
public enum Vendor: String, CaseIterable, Sendable, CustomStringConvertible {
  case intel, amd

  public var description: String { rawValue }

  public var presets: [Preset] {
    switch self {
    case .intel: IntelModel().declaration.presets
    case .amd: AMDModel().declaration.presets
    }
  }
}

/// One preset of one vendor.
public struct VendorPreset: Sendable, CustomStringConvertible {
  public let vendor: Vendor
  public let preset: Preset

  public static let all = Vendor.allCases.flatMap { vendor in
    vendor.presets.map { VendorPreset(vendor: vendor, preset: $0) }
  }

  public var description: String { preset.name }
}

extension HostLimits {
  /// More than any preset asks for.
  public static let generous = HostLimits(
    gpCounters: 8, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
}

/// A generic body, run with the model of a preset.
public protocol ModelVisitor {
  associatedtype Result
  func visit<Model: PMUModel>(_ model: Model) throws -> Result
}

extension Vendor {
  public func accept<V: ModelVisitor>(_ visitor: V) throws -> V.Result {
    switch self {
    case .intel: try visitor.visit(IntelModel())
    case .amd: try visitor.visit(AMDModel())
    }
  }
}
