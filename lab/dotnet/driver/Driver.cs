using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab;

/// <summary>A case, as `../../protocol.ts` tells it.</summary>
public sealed record Ask(string Id, string Folder, string[] Files, Dictionary<string, string> Environment, string Host);

/// <summary>What came back for one request, as `../../protocol.ts` tells it.</summary>
public sealed record Answer(string Origin, string Way, int Status, string[] Lines, string Error);

/// <summary>What is said of a case, as `../../protocol.ts` tells it.</summary>
public sealed record Told(string Id, List<Answer> Answers, long At, string[] Own, string NotAsked, string[] Stubs);

/// <summary>Runs the cases of ASP.NET Core in Kestrel: reads an ask per line and writes what came per line.</summary>
public static class Driver
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static int Main(string[] arguments)
    {
        string tls = arguments[0];
        var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(tls, "cert.pem"), Path.Combine(tls, "key.pem"));
        TextWriter output = Console.Out;
        // What a case writes is none of the protocol's.
        Console.SetOut(Console.Error);
        for (string line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
        {
            Told told = Run(JsonSerializer.Deserialize<Ask>(line, Json), certificate);
            output.WriteLine(JsonSerializer.Serialize(told, Json));
            output.Flush();
        }
        return 0;
    }

    private static Told Run(Ask ask, X509Certificate2 certificate)
    {
        var answers = new List<Answer>();
        var stubs = new List<string>();
        string notAsked = null;
        try
        {
            Case[] cases = Case.Of(ask.Folder, ask.Files);
            foreach (Case each in cases)
            {
                answers.AddRange(Answers(each, cases.Length > 1 ? each.Root : "", ask, certificate));
                stubs.AddRange(each.Stubs);
            }
        }
        catch (Exception error)
        {
            notAsked = Say(error);
        }
        return new Told(ask.Id, answers, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), [], notAsked, stubs.ToArray());
    }

    private static IEnumerable<Answer> Answers(Case each, string prefix, Ask ask, X509Certificate2 certificate)
    {
        var before = ask.Environment.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        foreach (var (name, value) in ask.Environment) Environment.SetEnvironmentVariable(name, value);
        Environment.SetEnvironmentVariable("ASPNETCORE_CONTENTROOT", each.Folder);
        try
        {
            each.Compile();
            using var application = Application.Start(each, certificate);
            var asker = new Asker(application, ask.Host ?? "app.example");
            var left = each.LeftOut.Select(file => new Answer(prefix + file.Key, "http", 0, [], file.Value));
            return Unit.Of(each, application)
                .SelectMany(unit => Asker.Ways.Select(way => asker.Ask(unit, way, prefix)))
                .Concat(left)
                .ToArray();
        }
        finally
        {
            foreach (var (name, value) in before) Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <summary>An exception in one line.</summary>
    public static string Say(Exception error)
    {
        if (Environment.GetEnvironmentVariable("LAB_TRACE") != null) Console.Error.WriteLine(error);
        return error.GetType().Name + ": " + error.Message.Split('\n')[0].Trim();
    }
}
