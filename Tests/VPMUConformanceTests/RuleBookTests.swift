import Testing
import VPMUConformance

@Suite("The rule book")
struct RuleBookTests {
  @Test("has ids of one form, each once, by group in the groups' order")
  func ids() throws {
    var groups: [RuleGroup] = []
    for rule in RuleBook.all {
      #expect(rule.id.wholeMatch(of: /VPMU-[A-Z]{3}-[0-9]{3}/) != nil, "\(rule.id)")
      #expect(rule.id.hasPrefix("VPMU-\(rule.group.rawValue)-"))
      if groups.last != rule.group { groups.append(rule.group) }
    }
    #expect(Set(RuleBook.all.map(\.id)).count == RuleBook.all.count)
    #expect(groups == RuleGroup.allCases.filter { groups.contains($0) })
  }

  @Test("names a rule's prerequisites before the rule")
  func prerequisites() {
    var known: Set<String> = []
    for rule in RuleBook.all {
      for id in rule.prerequisites { #expect(known.contains(id), "\(id) for \(rule.id)") }
      known.insert(rule.id)
    }
  }

  @Test("says of each rule what, where from and what for, in one line each")
  func texts() {
    for rule in RuleBook.all {
      for text in [rule.sentence, rule.reference, rule.consequence] {
        #expect(!text.isEmpty && !text.contains("\n") && !text.contains("|"), "\(rule.id): \(text)")
      }
      #expect(rule.sentence.hasSuffix(".") && rule.consequence.hasSuffix("."), "\(rule.id)")
    }
  }
}
