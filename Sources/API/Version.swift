/// The version of this program, as `runbook version` and the User-Agent of its client say it.
package let runbookVersion = "0.1.0"
