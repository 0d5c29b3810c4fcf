import Essentials
import HTTPTypes
import Storage

extension OpenAPIDocument {
    static let search = Subject(
        name: "search", description: "What is found by its words.",
        operations: [
            Operation(
                method: .get, path: "/api/v1/search", id: "search",
                summary:
                    "Finds things by their words: those with the words in their title first, else the newest first, output last.",
                details: """
                    Every word must be there, or begin one that is; a text between quotes must stand as it is. Of what \
                    matches, the newest \(SearchResults.ranked) are ranked and listed.
                    """,
                access: .permitted(.read),
                parameters: [
                    .query(
                        "q",
                        "Words: at most \(SearchWords.wordsAtMost) and \(SearchWords.maximumCharacters) characters.",
                        isRequired: true),
                    .query("kind", "Only things of this kind.", .oneOf(FoundKind.self)),
                ] + Operation.Parameter.page(usual: 20),
                answers: [.json(.ref("SearchAnswer"), "What was found.")])
        ],
        schemas: [
            "SearchAnswer": .object(
                "A part of what was found.",
                [
                    "items": .list(of: .ref("Found")),
                    "next": .nullableText("Pass it as `after` for the next part; null on the last."),
                    "broad": .list(of: .text(), "Words that begin so many others that only some were looked for."),
                ]),
            "Found": .object(
                "Something that was found.",
                [
                    "kind": .oneOf(FoundKind.self),
                    "id": .text(
                        "Of runbooks and services the name; of a note its event, or its item's place on a checklist."),
                    "title": .text(), "excerpt": .text("What stands around the words; empty when there is nothing."),
                    "match": .text("Of the words the first that stands there, as it is written."),
                    "time": .moment("When it was made, or, of a runbook or a service, changed."),
                ],
                optional: [
                    "section": .text("Of a runbook the slug of the section that it stands in."),
                    "step": .text("Of a runbook the id of the step that it stands in."),
                    "line": .integer("Of a runbook the line of its source.", from: 1),
                    "of": .text("Of a note what it stands on, such as `incident/01j9…`."),
                ]),
        ])
}
