// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package conformance tests the scheduler through its exported API only, with
// descriptors of a mock system that records what they are asked to do. It has
// no code of its own; other implementations of the API can be tested by it.
//
// Most tests are stories: scripts in testdata/stories that read like a log.
// A line that begins with "$" is a command, lines with ">" continue it, and
// the lines below are the operations that the scheduler then asked of the
// descriptors, followed by what the command prints. Lines with "#" are
// comments. For example:
//
//	$ descriptor main [a-z]
//	$ commit
//	> a=1
//	> d=1 needs a
//	create a=1
//	create d=1
//	$ commit a delete
//	delete d=1
//	delete a=1
//	$ status d
//	d: PENDING, last DELETE [a]
//
// A value is written "key=content derives key=content(needs,...) needs what",
// where all but the key is optional and what is needed is a key, prefixes
// ("w/*" or "w/*|v/*"), a text that the key contains ("~eth") or both
// ("w/*~eth"). "key delete" removes a value. The content "bad" is refused by
// descriptors that validate.
//
// The commands are:
//
//	descriptor NAME KEYS [option...]  register a descriptor, see descriptorOptions
//	commit [--option...] VALUE; ...   commit a transaction, see commitOptions
//	notify [--really] VALUE; ...      push one notification and wait for it;
//	                                  really: the system is changed as well
//	exist VALUE [from NB|SB|unknown]  put an object into the system, silently
//	lose [--resync] KEY...            remove objects from the system, silently;
//	                                  resync: then let the scheduler find out
//	fail OP KEY [TIMES|always] [applied]
//	                                  let operations fail, with or without effect
//	panic OP KEY                      let the next operation panic
//	heal                              forget all failures
//	status KEY...                     print statuses
//	state KEY...                      the same without the last operations
//	record [N] [--values] [--plan]    print the record of a transaction
//	history                           print one line for each transaction
//	dump SB|NB|cached NAME            print the values of a descriptor
//	metadata NAME                     print the metadata map of a descriptor
//	system                            print the objects of the system
//	watch [GLOB]                      watch statuses
//	watched                           print the statuses received since
//	await N                           wait until transaction N is recorded;
//	                                  also --await=N of commit and notify
//
// Run the tests with -update to rewrite the stories with what happened.
package conformance
