"""Broken files for every reader: valid ones, mutated from a seed. By hand, for as long as you like:

python tests/fuzz/fuzzing.py --inputs 100000 [--reader graph.mtx] [--seed 0]

A reader may return, or raise a ValueError that names the file. All else is a failure, and so are more than
5000 times the seconds of the slowest valid file and more than 500 MB of memory for a single input.
"""

import argparse
import gzip
import io
import json
import tempfile
import time
import warnings
import zipfile
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import scipy.io
from scipy import sparse

from sggraph import SGtSNEpi, load_embedding, read_graph, write_embedding
from sggraph.io import edge_lists

PATIENCE, MEGABYTES = 5000, 500  # times what the slowest valid file takes, about .5 ms
A = sparse.csr_array(nx.to_scipy_sparse_array(nx.karate_club_graph(), dtype=float))
NASTY = """
1e9 -1 0 1e18 1000000000 999999999999999999 99999999999999999999999 1e400 -1e-400 nan inf -inf 0x10 1_0 +1 007 None
=1+1 @x " ' , ; \t \r \n \r\n { } {} [ ] (( 'weight' {'weight':1} %% #
<!DOCTYPE <!ENTITY &amp; &x; < > </node> <node/> <data>
<viz:position x="nan"/> source target weight node label x y \x00 \ufeff \ud7ff \u2028 \x85
%%MatrixMarket matrix coordinate array
real integer complex pattern general symmetric skew-symmetric hermitian graph edge id x1 "position": null [[[[
""".replace("\n", " ").split(" ")

# formats that no writer of NetworkX's makes, and what its writers leave out
FORMATS = {
    "edges": [
        "% sym positive\n% 4 4 4\n1 2 1 1080000000\n1 3 2 1080000060\n2 4 1 1080000120\n3 4 2 1080000180\n",
        "% bip unweighted\n% 6 3 3\n1 1\n1 2\n2 2\n2 3\n3 1\n3 3\n",
        "%%MatrixMarket matrix coordinate pattern symmetric\n4 4 3\n2 1\n3 2\n4 3\n",
        "a,b,1.5\nb,c,2\n",
    ],
    "txt": ["# Directed graph: a.txt\n# Nodes: 3 Edges: 3\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n2\t0\n"],
    "net": ['*Vertices 4\n1 "a" .1 .2\n2 "b c"\n4\n*Arcs :1 "likes"\n1 2 3\n*Edgeslist\n2 3 4\n*Matrix\n0 1 0 2\n'],
    "graph": ["% made\n4 4\n2 3\n1 4\n1 4\n2 3\n", "3 2 011 2\n1 2 2 7\n3 4 1 7 3 1\n5 6 2 1\n"],
    "gr": ["c road\np sp 3 3\na 1 2 5\na 2 3 7\na 3 1 9\n", "p tw 3 2\n1 2\n2 3\n"],
    "col": ["c colours\np edge 4 3\nn 1 2\ne 1 2\ne 2 3\ne 3 4\n"],
    "dot": [
        'strict digraph G {\n node [shape=box, label="\\N"]; a -> {b "c d":n} -> e [weight=2.5] // x\n'
        'subgraph cluster_0 { label=<<b>H</b>>; e; f [label="F" + "G"] } f -> a /* y */\n# z\n}\n'
    ],
    "sif": ["a pp b c\nd\nc pd a\n", "a b\tpp\tc\nc\tpd\td\te\n"],
    "ncol": ["a b\nb c\n", "a b 1.5\nb c 2\n"],
    "lgl": ["# a\nb 2.5\nc 1\n# d\n"],
    "json": [
        '{"nodes": [{"name": "a"}, {"name": "b"}], "links": [{"source": 0, "target": 1, "value": 3}]}',
        '{"graph": {"directed": true, "nodes": {"a": {"label": "A"}, "b": 1}, "edges": [{"from": "a", "to": "b"}]}}',
        '{"elements": [{"data": {"id": "a"}}, {"data": {"id": "b"}}, {"data": {"source": "a", "target": "b"}}]}',
    ],
    "graphml": [
        """<graphml xmlns="x"><key id="d" for="edge" attr.name="weight" attr.type="double"><default>2</default></key>
<key id="n" for="node" yfiles.type="nodegraphics"/><graph edgedefault="directed"><node id="a"><data key="n"><y:Shape>
<y:NodeLabel>Ann<y:M/></y:NodeLabel></y:Shape></data><graph edgedefault="undirected"><node id="a::b"/><edge source="a"
target="a::b"><data key="d">3</data></edge></graph></node><edge source="a" target="a::b" directed="false"/><hyperedge/>
</graph><graph/></graphml>"""
    ],
    "gexf": [
        """<gexf><graph defaultedgetype="directed" timeformat="date"><attributes class="node">
<attribute id="0" title="v" type="listdouble"><default>1</default></attribute></attributes><nodes>
<node id="a" label="A"><attvalues><attvalue for="0" value="[1.5]"/></attvalues>
<spells><spell start="2001-01-01"/></spells>
<nodes><node id="b" label="B"/></nodes></node></nodes>
<edges><edge id="0" source="a" target="b" type="undirected" weight="2" start="2009"/></edges></graph></gexf>"""
    ],
    "gml": [
        '# y\ngraph [ directed 1 node [ id 0 label "Zo&#235; &quot;" graph [ node [ id 2 label "李" ] ] ]\n'
        "edge [ source 0 target 2 value 2 ] edge [ source 0 target 2 directed 0 ] ]\ngraph [ node [ id 7 ] ]\n"
    ],
}


def seeds():
    """Reader -> valid files; "graph.*" are for read_graph, "embedding.*" for load_embedding."""
    found = {}

    def add(name, content):
        found.setdefault(name, []).append(content.encode() if isinstance(content, str) else content)

    G = nx.karate_club_graph()
    small = nx.Graph([("a", "b", {"weight": 2.5}), ("b", "c d", {"weight": 1})])
    for symmetry, field in (
        ("general", "real"),
        ("symmetric", "real"),
        ("general", "integer"),
        ("symmetric", "pattern"),
    ):
        add("graph.mtx", _written(scipy.io.mmwrite, A[:9, :9].tocoo(), symmetry=symmetry, field=field))
    add("graph.mtx", _written(scipy.io.mmwrite, A[:5, :5].toarray()))
    for form in ("csr", "csc", "coo", "dia", "bsr"):
        add("graph.npz", _written(sparse.save_npz, A.asformat(form)))
    for kind, write in (("graphml", nx.write_graphml), ("gexf", nx.write_gexf), ("gml", nx.write_gml)):
        for graph in (small, nx.DiGraph(small), nx.MultiGraph(small)):
            add(f"graph.{kind}", _written(lambda file, graph=graph, write=write: write(graph, file)))
    for name, sep in (("csv", ","), ("tsv", "\t"), ("txt", " "), ("csv.gz", ",")):
        rows = [f"{i}{sep}{j}{sep}{w['weight']}" for i, j, w in list(G.edges(data=True))[:20]]
        names = [f"n {i}" if sep != " " else f"n{i}" for i in range(9)]
        for lines in (
            rows,
            ["# made by hand", f"source{sep}target{sep}weight", *rows],
            [f'"{a}"{sep}{b}' for a, b in pairwise(names)],
        ):
            content = "\n".join(lines).encode()
            add(f"graph.{name}", gzip.compress(content, mtime=0) if name.endswith("gz") else content)
    for content in (
        "#tag,of,n\n,source,target,type,count\n0,#a,b,x,2\n1,b,%c,y,1\n",
        "# FromNodeId\tToNodeId\n1\t2\n# more\n2\t3\n",
        ",a,b,c\nc,0,1,2\na,1,0,0\nb,3,0,1\n",
        '"from"|"to"|"score"\n"1"|"a, b"|"c"|.5\n',
    ):
        add("graph.csv", content)
    frame = pd.DataFrame(list(small.edges(data="weight", default=1)), columns=["source", "target", "weight"])
    add("graph.parquet", _written(frame.to_parquet))
    for data in (True, False, ["weight"]):
        add("graph.edgelist", _written(lambda file, data=data: nx.write_edgelist(G, file, data=data)))
    for name, texts in FORMATS.items():
        for text in texts:
            add(f"graph.{name}", text)
    for name, write in (("net", nx.write_pajek), ("adjlist", nx.write_adjlist)):
        add(f"graph.{name}", _written(lambda file, write=write: write(G, file)))
    for directed in (False, True):
        H = G.to_directed() if directed else G
        add("graph.json", json.dumps(nx.node_link_data(H, edges="links")))
        add("graph.cyjs", json.dumps(nx.cytoscape_data(H)))
    fitted = SGtSNEpi(random_state=0, max_iter=2, d=3).fit(nx.path_graph(6))
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("npz", "csv", "tsv", "gexf", "graphml", "cyjs"):
            path = Path(folder, f"y.{kind}")
            write_embedding(path, fitted, labels=["x", "=y", None, "1", "z", "z"])
            add(f"embedding.{kind}", path.read_bytes())
            write_embedding(path, [[0, 1], [2, 3]], nodes=["a", "b"], labels=[1, 2])
            add(f"embedding.{kind}", path.read_bytes())
    return found


def _written(writer, *arguments, **options):
    buffer = io.BytesIO()
    writer(buffer, *arguments, **options)
    return buffer.getvalue()


def mutated(content, others, rng):
    """One to six random changes; inside of archives, too, whose checksums are then right."""
    if content[:2] == b"PK" and rng.random() < 0.8:
        return _mutated_zip(content, others, rng)
    if content[:2] == b"\x1f\x8b" and rng.random() < 0.8:
        return gzip.compress(mutated(gzip.decompress(content), [], rng), mtime=0)
    content = bytearray(content)
    for _ in range(min(rng.geometric(0.5), 6)):
        a, b = sorted(rng.integers(0, len(content) + 1, 2).tolist())
        b = min(b, a + int(2 ** rng.integers(0, 11)))
        match rng.integers(0, 9):
            case 0:
                content[a : a + 1] = rng.bytes(1)
            case 1:
                if a < len(content):
                    content[a] ^= 1 << int(rng.integers(8))
            case 2:
                del content[a:b]
            case 3:
                content[a:a] = content[a:b] * int(rng.integers(1, 4))
            case 4:
                del content[a:]
            case 5:
                content[a:b] = rng.bytes(int(rng.integers(0, 9)))
            case 6 | 7:
                content[a : min(b, a + 8)] = NASTY[rng.integers(len(NASTY))].encode("utf-8", "surrogatepass")
            case 8:
                if others:
                    other = others[rng.integers(len(others))]
                    c = int(rng.integers(0, len(other) + 1))
                    content[a:] = other[c:]
    return bytes(content)


def _mutated_zip(content, others, rng):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = list(members)
    for _ in range(rng.integers(1, 3)):
        name = names[rng.integers(len(names))]
        match rng.integers(0, 5):
            case 0:
                members.pop(name, None)
            case 1:
                array = np.array([[10**9, 2], [0, -1], [1, 1], [2**62, 2**62]][rng.integers(4)])
                members[name] = _written(np.save, array)
            case 2:
                members[name] = members.get(names[0], b"")
            case _:
                members[name] = mutated(members.get(name, b""), others, rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return buffer.getvalue()


def fault(reader, content, folder, patience=None):
    """What is wrong with the answer to this input, or None."""
    what, suffix = reader.split(".", 1)
    path = Path(folder, f"input.{suffix}")
    path.write_bytes(content)
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read_graph(path) if what == "graph" else load_embedding(path)
    except ValueError as error:
        if path.name not in str(error):
            return f"ValueError that does not name the file: {error}"
        if len(str(error)) > 2000:
            return f"an error of {len(str(error))} characters"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {error}"
    seconds = time.process_time() - start
    return f"{seconds:.1f} seconds" if patience is not None and seconds > patience else None


def longest(reader, valid, folder):
    """Seconds of the valid file that takes the longest, of the second time: the first compiles."""
    seconds = []
    for content in valid * 2:
        start = time.process_time()
        fault(reader, content, folder)
        seconds.append(time.process_time() - start)
    return max(seconds[len(valid) :])


def attack(reader, valid, n, seed, folder):
    """Yield (content, fault) of the inputs among n that a reader fails on."""
    rng, patience = np.random.default_rng([seed, *reader.encode()]), PATIENCE * longest(reader, valid, folder)
    for k in range(n):
        content = mutated(valid[k % len(valid)], valid, rng)
        if wrong := fault(reader, content, folder, patience):
            yield content, wrong


def main():
    """The command line."""
    import resource

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="of all readers together")
    parser.add_argument("--reader", help="one reader only, such as graph.mtx")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fast", action="store_true", help="read short edge lists as long ones are read, too")
    arguments = parser.parse_args()
    if arguments.fast:
        edge_lists.LONG = 0
    found = seeds()
    for reader in found:
        for content in found[reader]:  # loads and compiles what the readers need
            with tempfile.TemporaryDirectory() as folder:
                assert fault(reader, content, folder) in (None, ""), (reader, fault(reader, content, folder))
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 2**20,) * 2)
    readers = [arguments.reader] if arguments.reader else list(found)
    for reader in readers:
        start, shown = time.process_time(), {}
        n = arguments.inputs // len(readers)
        with tempfile.TemporaryDirectory() as folder:
            for content, wrong in attack(reader, found[reader], n, arguments.seed, folder):
                shown.setdefault(wrong[:60], []).append((content, wrong))
        total = sum(map(len, shown.values()))
        print(f"{reader:18} {n} inputs, {total} failures, {time.process_time() - start:.0f} s", flush=True)
        for group in shown.values():
            content, wrong = min(group, key=lambda pair: len(pair[0]))
            print(f"    {len(group)} x {wrong[:300]}\n        {content[:300]!r}", flush=True)


if __name__ == "__main__":
    main()
