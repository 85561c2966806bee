using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Web.Script.Serialization;

namespace Lab
{
    /// <summary>Runs the cases of ASP.NET in Mono's System.Web: reads an ask per line and writes what came per line (shapes: ../../protocol.ts).</summary>
    public sealed class Driver
    {
        private static readonly DateTime Epoch = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        private readonly Sites sites;
        private readonly Asker asker;
        private readonly string transformer;

        private Driver(string certificate, string transformer)
        {
            var server = new Server(certificate);
            sites = new Sites(server);
            asker = new Asker(server);
            this.transformer = transformer;
        }

        public static int Main(string[] arguments)
        {
            var driver = new Driver(arguments[0], arguments[1]);
            var json = new JavaScriptSerializer();
            var asks = new Queue<Dictionary<string, object>>();
            for (string line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
                if (line.Trim() != "") asks.Enqueue(json.Deserialize<Dictionary<string, object>>(line));
            Thread[] workers = Enumerable.Range(0, 2).Select(_ => new Thread(() => driver.Work(asks))).ToArray();
            foreach (Thread worker in workers) worker.Start();
            foreach (Thread worker in workers) worker.Join();
            Environment.Exit(0);
            return 0;
        }

        private void Work(Queue<Dictionary<string, object>> asks)
        {
            var json = new JavaScriptSerializer();
            for (;;)
            {
                Dictionary<string, object> ask;
                lock (asks)
                {
                    if (asks.Count == 0) return;
                    ask = asks.Dequeue();
                }
                string line = json.Serialize(Run(ask));
                lock (Console.Out)
                {
                    Console.Out.WriteLine(line);
                    Console.Out.Flush();
                }
            }
        }

        /// <summary>An exception in one line.</summary>
        public static string Say(Exception error)
        {
            if (Environment.GetEnvironmentVariable("LAB_TRACE") != null) Console.Error.WriteLine(error);
            return error.GetType().Name + ": " + error.Message.Split('\n')[0].Trim();
        }

        private Dictionary<string, object> Run(Dictionary<string, object> ask)
        {
            var answers = new List<object>();
            var differences = new Dictionary<string, string>();
            var told = new Dictionary<string, object> { { "id", ask["id"] }, { "answers", answers }, { "leftOut", differences } };
            try
            {
                string[] files = ((System.Collections.ArrayList)ask["files"]).Cast<string>().ToArray();
                string[] names = ((System.Collections.ArrayList)ask["names"]).Cast<string>().ToArray();
                Case[] cases = Case.Of((string)ask["folder"], files);
                string host = ask.ContainsKey("host") ? (string)ask["host"] : "app.example";
                foreach (Case each in cases) Ask(each, cases.Length > 1 ? each.Root : "", host, names, answers, differences);
                if (answers.Count == 0) told["notAsked"] = differences.Values.FirstOrDefault() ?? "it answers no request";
            }
            catch (Exception error)
            {
                told["notAsked"] = Say(error);
            }
            told["at"] = (long)(DateTime.UtcNow - Epoch).TotalMilliseconds;
            return told;
        }

        private void Ask(Case each, string prefix, string host, string[] names, List<object> answers, Dictionary<string, string> leftOut)
        {
            each.Publish(transformer);
            var differences = new Differences(each);
            differences.Tell(names, leftOut);
            if (differences.Refusal != null) return;
            Site site = sites.For(each);
            foreach (Unit unit in Units(each, site.Application, differences))
            {
                string path = "/" + site.Name + "/" + unit.Folder + (unit.KeepsSession ? nameof(SessionVisit) : nameof(Visit)) + ".ashx?" + unit.Query;
                foreach (string way in Asker.Ways)
                {
                    var answer = asker.Ask(path, way, host);
                    answer["origin"] = prefix + unit.Origin;
                    answer["lines"] = differences.Kept(unit, way, (string[])answer["lines"], leftOut);
                    answers.Add(answer);
                }
            }
            foreach (var file in each.LeftOut)
                answers.Add(new Dictionary<string, object> { { "origin", prefix + file.Key }, { "way", "http" }, { "status", 0 }, { "lines", new string[0] }, { "error", file.Value } });
        }

        /// <summary>What is asked: a session in every folder, a user who signs in, and the case's own classes.</summary>
        private static IEnumerable<Unit> Units(Case each, Application application, Differences differences)
        {
            var units = new List<Unit>();
            if (each.Files.Any(Case.IsConfiguration))
            {
                foreach (string folder in each.Folders())
                    units.Add(new Unit { Origin = folder + "session", Folder = folder, Query = "do=session", KeepsSession = true });
                if (differences.SignsIn) units.Add(new Unit { Origin = "sign in", Query = "do=signin" });
            }
            return each.Library == null ? units : units.Concat(application.Units(each.Library, each.Sources));
        }
    }
}
