package exchange_test

import (
	"strings"

	"noddfa/internal/casework"
	"noddfa/internal/exchange"
	"noddfa/internal/testkit"
)

type play struct {
	about string
	act   func(*recorder)
}

var aBird = casework.Values{"codename": "Robin", "narrative": "They were afraid."}

func patchOf(rec, was, is string) exchange.Op {
	return exchange.Op{Kind: "patch", Coll: "encounters", Rec: rec, Set: casework.Values{"narrative": is}, Prev: casework.Values{"narrative": was}}
}

// goldens are the exchanges that both sides must understand in the same way.
var goldens = map[string]play{
	"bootstrap": {"The first pull, in several chunks.", func(r *recorder) {
		r.o.desk.Do(exchange.Op{Kind: "create", Coll: "encounters", Rec: "encofthedesk000", Set: aBird})
		r.all()
	}},
	"cut stream": {"The first pull is cut in the middle of its second chunk, and goes on where the first closed.", func(r *recorder) {
		r.run("no_answer", func() {
			r.hello()
			probe := *r.Phone
			probe.Rows = map[string]testkit.Row{}
			text := probe.Pull()
			r.pull(strings.Index(text, `{"k":"c"`) + len(text)/3)
		})
		r.all()
	}},
	"lost answer": {"The answer to a hand-in is lost. The same hand-in gets the same verdicts, and nothing happens twice.", func(r *recorder) {
		r.save(create(enc1, aBird, submit()))
		r.run("no_answer", func() { r.hello(); r.push(true) })
		r.all()
	}},
	"conflict": {"A field that was changed elsewhere: both values are kept, and the conflict arrives.", func(r *recorder) {
		r.save(create(enc1, aBird, nil))
		r.all()
		other := r.o.tablet()
		other.Do(patchOf(enc1, "They were afraid.", "From the tablet."))
		r.save(patchOf(enc1, "They were afraid.", "From the phone."))
		r.all()
	}},
	"refusal": {"An operation that breaks a rule is held with a reason, and does not stop the next.", func(r *recorder) {
		r.save(create("enc000000000009", casework.Values{"no_such_field": "x"}, nil))
		r.save(create(enc1, aBird, submit()))
		r.all()
	}},
	"gap": {"The server asks for an operation that it lost, and the phone still has it.", func(r *recorder) {
		r.save(create(enc1, aBird, nil))
		r.all()
		r.o.exec(r.t, "DELETE FROM sync_op")
		r.o.exec(r.t, "DELETE FROM encounters")
		r.save(patchOf(enc1, "They were afraid.", "They were calm."))
		r.run("done", func() {
			r.push(false)
			r.Outbox = append(r.kept, r.Outbox...)
			r.push(false)
			r.pull(0)
		})
	}},
	"fork": {"The numbers of this device were used by a copy of it. The phone becomes a new device; its operations keep their ids.", func(r *recorder) {
		line := r.Line("opofthecopy0000", 1, create("encofthecopy000", aBird, nil))
		if _, err := r.Send(r.Body([]string{line})); err != nil {
			r.t.Fatal(err)
		}
		r.save(create(enc1, aBird, submit()))
		r.run("done", func() {
			r.hello()
			r.push(false)
			r.Device = "dev300000000000"
			r.hello()
			r.push(false)
			r.pull(0)
		})
	}},
	"new epoch": {"The server went back to a backup: its history has a new name and lower numbers. The phone reads everything again, takes what it says, and sweeps the rest.", func(r *recorder) {
		r.save(create(enc1, aBird, nil))
		r.all()
		r.o.backUp()
		other := r.o.tablet()
		other.Do(create("enc000000000002", aBird, nil))
		other.Do(patchOf(enc1, "They were afraid.", "From the tablet."))
		r.all()
		r.o.restore()
		r.save(patchOf(enc1, "From the tablet.", "They were calm."))
		r.run("done", func() {
			r.push(false)
			r.Hello.Epoch, r.Cursor = "epoch0000000002", ""
			for name, row := range r.Rows {
				row.Gen, row.Rev = 0, 0
				r.Rows[name] = row
			}
			r.push(false)
			r.pull(0)
		})
	}},
	"forget": {"A record leaves this person's sight.", func(r *recorder) {
		r.save(create(enc1, aBird, submit()))
		r.all()
		r.o.exec(r.t, "UPDATE encounters SET author = 'someoneelse0000' WHERE id = '"+enc1+"'")
		r.all()
	}},
	"drop": {"This person gains a role and loses it: the scope's records arrive in full, and are erased.", func(r *recorder) {
		r.o.desk.Do(create("encofthedesk000", aBird, submit()))
		r.all()
		r.o.exec(r.t, "UPDATE users SET roles = '[\"supervisor\"]' WHERE id = '"+r.User.ID+"'")
		r.all()
		r.o.exec(r.t, "UPDATE users SET roles = '[\"field\"]' WHERE id = '"+r.User.ID+"'")
		r.all()
	}},
	"sweep": {"The phone was away for so long that the server no longer knows what left: everything arrives again, and the rest is swept.", func(r *recorder) {
		r.save(create(enc1, aBird, nil))
		r.save(create("enc000000000002", aBird, nil))
		r.all()
		r.o.exec(r.t, "DELETE FROM encounters WHERE id = 'enc000000000002'")
		r.o.desk.Pull() // Drains.
		r.o.exec(r.t, "DELETE FROM sync_member WHERE st = 0")
		r.o.exec(r.t, "UPDATE sync_meta SET horizon = head")
		r.all()
	}},
	"revoked": {"The device was revoked: the phone is told to wipe, and what it had not handed in is held.", func(r *recorder) {
		r.all()
		r.save(create(enc1, aBird, submit()))
		r.o.exec(r.t, "UPDATE devices SET revoked = 1 WHERE id = '"+r.Device+"'")
		r.run("wipe", func() { r.push(false) })
		r.run("wipe", func() { r.pull(0) })
	}},
	"captive portal": {"Something else answers. It is no answer: nothing is lost, and the next try works.", func(r *recorder) {
		r.save(create(enc1, aBird, submit()))
		r.run("no_answer", func() {
			r.hello()
			lines, seqs := []exchange.Op{}, []int64{}
			for _, op := range r.Outbox {
				lines, seqs = append(lines, r.plain[op.Seq]), append(seqs, op.Seq)
			}
			r.ask("push", map[string]any{"epoch": r.Hello.Epoch, "seqs": seqs, "ops": lines}, 200, "<html><title>Welcome to our WiFi</title></html>")
		})
		r.all()
	}},
}
