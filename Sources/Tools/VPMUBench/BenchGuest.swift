import VPMUModel

/// The CPU that the guest runs on: a model with one of its presets.
public struct BenchGuest<Model: PMUModel>: Sendable {
  public var model: Model
  public var preset: Preset

  public init(_ model: Model, preset: Preset) {
    self.model = model
    self.preset = preset
  }
}
