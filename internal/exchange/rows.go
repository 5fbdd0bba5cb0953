package exchange

import (
	"slices"
	"strconv"
)

type name struct{ coll, rec string }

// rows reads the records of a page, one question for each collection.
func (p *pull) rows(r Reader, entries []FeedEntry) (map[name]Row, error) {
	byColl := map[string][]string{}
	for _, entry := range entries {
		byColl[entry.Coll] = append(byColl[entry.Coll], entry.Rec)
	}
	out := make(map[name]Row, len(entries))
	for coll, ids := range byColl {
		rows, err := r.Rows(p.user, coll, ids)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			out[name{coll, row.ID}] = row
		}
	}
	return out, nil
}

// put writes a row with the scopes through which this user sees it.
func (p *pull) put(row Row, mine []int64) {
	b := p.out.AvailableBuffer()
	b = append(b, `{"k":"p","c":"`...)
	b = append(append(b, row.Coll...), `","i":"`...)
	b = append(append(b, row.ID...), `","r":`...)
	b = append(strconv.AppendInt(b, row.Rev, 10), `,"v":[`...)
	for i, id := range shared(row.Scopes, mine) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	b = append(append(append(b, `],"d":`...), row.JSON...), "}\n"...)
	p.out.Write(b)
	p.n++
}

func shared(scopes, mine []int64) []int64 {
	out := scopes[:0:0]
	for _, id := range scopes {
		if slices.Contains(mine, id) {
			out = append(out, id)
		}
	}
	return out
}
